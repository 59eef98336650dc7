import type { RehearsalReport } from "@godwit/core";
import { type Diagram, type DiagramTable, diagramOf } from "./diagram.ts";
import { type Html, html } from "./html.ts";

const BOX = { width: 190, height: 52 };
const GAP = { x: 70, y: 20 };
const MARGIN = 12;
const PADDING = 10;
/** More do not fit into a box, which cuts them off. */
const MAX_LETTERS = 24;

export function diagramSection(report: RehearsalReport): Html {
	const diagram = diagramOf(report);
	if (diagram.tables.length === 0) return html``;
	const more = diagram.left === 0 ? html`` : html`<p class="quiet">${diagram.left} more tables are not drawn.</p>`;
	return html`<section aria-labelledby="diagram"><h2 id="diagram">Tables that change, and what refers to them</h2>
<div class="scroll" role="region" aria-labelledby="diagram" tabindex="0">${drawing(diagram)}</div>${more}</section>`;
}

function drawing(diagram: Diagram): Html {
	const { tables, references } = diagram;
	const width = 2 * MARGIN + Math.max(...tables.map(left)) + BOX.width;
	const height = 2 * MARGIN + Math.max(...tables.map(top)) + BOX.height;
	return html`<svg class="diagram" role="img" aria-labelledby="diagram-title diagram-text" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}">
<title id="diagram-title">Tables that change, and what refers to them</title>
<desc id="diagram-text">${inWords(diagram)}</desc>
${references.map(({ from, to }) => lineOf(tables[from], tables[to]))}
${tables.map(boxOf)}
</svg>`;
}

function left({ column }: DiagramTable): number {
	return column * (BOX.width + GAP.x);
}

function top({ row }: DiagramTable): number {
	return row * (BOX.height + GAP.y);
}

function boxOf(table: DiagramTable): Html {
	const kind = table.loses ? "loses" : table.changes ? "changes" : "same";
	const [x, y] = [left(table), top(table)];
	return html`<g class="${kind}"><title>${table.name}: ${table.counts}</title>
<rect class="box" x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6"/>
<svg x="${x + PADDING}" y="${y}" width="${BOX.width - 2 * PADDING}" height="${BOX.height}">
<text x="0" y="21">${cut(table.name)}</text><text class="counts" x="0" y="40">${table.counts}</text></svg></g>`;
}

/** From the left side of the table that refers to the right side of the other. */
function lineOf(from: DiagramTable | undefined, to: DiagramTable | undefined): Html {
	if (from === undefined || to === undefined) return html``;
	const [x, y] = [left(from), top(from) + BOX.height / 2];
	const [endX, endY] = [left(to) + BOX.width, top(to) + BOX.height / 2];
	const bend = GAP.x / 2;
	const line = `M ${x} ${y} C ${x - bend} ${y} ${endX + bend} ${endY} ${endX + 8} ${endY}`;
	const tip = `M ${endX} ${endY} l 9 -4 v 8 z`;
	return html`<path class="line" d="${line}"/><path class="tip" d="${tip}"/>`;
}

function inWords({ tables, references }: Diagram): string {
	const boxes = tables.map(({ name, counts }) => `${name}: ${counts}.`);
	const lines = references.map(({ from, to }) => `${tables[from]?.name} refers to ${tables[to]?.name}.`);
	return [...boxes, ...lines].join(" ");
}

function cut(text: string): string {
	const letters = [...text];
	return letters.length > MAX_LETTERS ? `${letters.slice(0, MAX_LETTERS - 1).join("")}…` : text;
}
