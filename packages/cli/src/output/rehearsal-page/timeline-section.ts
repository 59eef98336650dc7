import type { RehearsalReport, RehearsedMigration } from "@godwit/core";
import { goDuration } from "../text/go-duration.ts";
import { type Html, html, name } from "./html.ts";

/** The migrations in their order, each with a bar from its beginning to its end, and those of the way back. */
export function timelineSection({ migrations, down }: RehearsalReport): Html {
	const all = [...migrations, ...(down?.migrations ?? [])];
	if (all.length === 0) return html``;
	const total = Math.max(
		all.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0),
		1e-6,
	);
	let began = 0;
	const rows = all.map((migration) => {
		const row = rowOf(migration, (began / total) * 100, total);
		began += migration.durationMs ?? 0;
		return row;
	});
	return html`<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2>
<div class="scroll" role="region" aria-labelledby="timeline" tabindex="0"><table>
<caption>How long each migration took on the copy, up and down again</caption>
<thead><tr><th scope="col">Migration</th><th scope="col" class="number">Time</th><th scope="col">When</th></tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}

function rowOf(migration: RehearsedMigration, start: number, total: number): Html {
	const { version, direction, identifier, outcome, durationMs } = migration;
	// One that failed is seen as well.
	const width = Math.max(((durationMs ?? 0) / total) * 100, 0.6);
	const bar = html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect x="${Math.min(start, 99.4)}" y="1" width="${width}" height="8"/></svg>`;
	const time = durationMs === undefined ? outcome : goDuration(durationMs);
	return html`<tr class="${outcome === "failed" ? "failed" : "ran"}"><th scope="row">${String(version)} ${direction} ${name(identifier)}</th>
<td class="number${outcome === "failed" ? " bad" : ""}">${time}</td><td class="bar">${bar}</td></tr>`;
}
