import type { ComparedTable, RehearsalReport } from "@godwit/core";
import { isOther } from "../rehearsal/rehearsal-lines.ts";
import { type Html, html, name } from "./html.ts";

/** Tables that changed first. */
export function rowsSection({ rows }: RehearsalReport): Html {
	if (rows === undefined || rows.tables.length === 0) return html``;
	const tables = [...rows.tables.filter(isOther), ...rows.tables.filter((table) => !isOther(table))];
	return html`<section aria-labelledby="rows"><h2 id="rows">Rows</h2>
<div class="scroll" role="region" aria-labelledby="rows" tabindex="0"><table>
<caption>The rows of each table before and after the migrations</caption>
<thead><tr><th scope="col">Table</th>${["Before", "After", "Lost", "Changed", "Added"].map((title) => html`<th scope="col" class="number">${title}</th>`)}<th scope="col">Rows that are lost or changed</th></tr></thead>
<tbody>${tables.map(rowOf)}</tbody></table></div></section>`;
}

function rowOf(table: ComparedTable): Html {
	const { name: now, nameBefore, exists, before, after, lost, changed, added, samples } = table;
	const renamed =
		nameBefore !== undefined && nameBefore !== now
			? html` <span class="quiet">before ${name(nameBefore)}</span>`
			: html``;
	const what = exists
		? nameBefore === undefined
			? html` <span class="quiet">new</span>`
			: html``
		: html` <span class="quiet">gone</span>`;
	const shown = [...samples.lost, ...samples.changed].map((row) => html`<code><bdi>${row}</bdi></code><br>`);
	return html`<tr><th scope="row">${name(now)}${renamed}${what}</th>
${number(before)}${number(after)}<td class="number${lost > 0 ? " bad" : ""}">${lost.toLocaleString("en")}</td>${number(changed)}${number(added)}<td class="samples">${shown}</td></tr>`;
}

function number(value: number): Html {
	return html`<td class="number">${value.toLocaleString("en")}</td>`;
}
