import type { RehearsalReport, RowComparison } from "@godwit/core";
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
${examined(rows)}
<dt>Way back</dt><dd>${back}</dd>
<dt>Size</dt><dd>${byteSize(bytesBefore)} before, ${byteSize(rows.bytes)} after</dd>
<dt>Time</dt><dd>copied in ${goDuration(copyMs)}, rehearsed in ${goDuration(durationMs)}</dd>
</dl></section>`;
}

function examined({ examined, violations, damage }: RowComparison): Html {
	if (examined === false) {
		return html`<dt>Foreign keys</dt><dd>enforced by the server</dd>
<dt>Integrity</dt><dd>not examined</dd>`;
	}
	return html`<dt>Foreign keys</dt><dd>${fact(violations.length === 0, violations.length === 0 ? "ok" : "violated")}</dd>
<dt>Integrity</dt><dd>${fact(damage.length === 0, damage.length === 0 ? "ok" : "not ok")}</dd>`;
}

function fact(good: boolean, text: string): Html {
	return html`<span class="${good ? "good" : "bad"}">${text}</span>`;
}
