import type { RehearsalReport } from "@godwit/core";
import { byteSize } from "../text/byte-size.ts";
import { goDuration } from "../text/go-duration.ts";
import { type Html, html } from "./html.ts";

export function summarySection({ rows, down, bytesBefore, copyMs, durationMs }: RehearsalReport): Html {
	if (rows === undefined) return html``;
	const back =
		down?.ran !== true
			? fact(false, "not shown")
			: html`${fact(down.schemaIsBack === true, down.schemaIsBack ? "schema is back" : "schema is not back")},
				${fact(down.rowsAreBack === true, down.rowsAreBack ? "all rows are back" : "not all rows are back")}`;
	return html`<section aria-labelledby="checks"><h2 id="checks">Checks</h2><dl>
<dt>Foreign keys</dt><dd>${fact(rows.violations.length === 0, rows.violations.length === 0 ? "ok" : "violated")}</dd>
<dt>Integrity</dt><dd>${fact(rows.damage.length === 0, rows.damage.length === 0 ? "ok" : "not ok")}</dd>
<dt>Way back</dt><dd>${back}</dd>
<dt>Size</dt><dd>${byteSize(bytesBefore)} before, ${byteSize(rows.bytes)} after</dd>
<dt>Time</dt><dd>copied in ${goDuration(copyMs)}, rehearsed in ${goDuration(durationMs)}</dd>
</dl></section>`;
}

function fact(good: boolean, text: string): Html {
	return html`<span class="${good ? "good" : "bad"}">${text}</span>`;
}
