import { lineDifferences, type RehearsalReport, type SchemaChange } from "@godwit/core";
import { type Html, html, name } from "./html.ts";

export function schemaSection({ schema: { changes } }: RehearsalReport): Html {
	const shown = changes.length === 0 ? html`<p>The schema is as before.</p>` : html`${changes.map(changeOf)}`;
	return html`<section aria-labelledby="schema"><h2 id="schema">Schema</h2>${shown}</section>`;
}

function changeOf(change: SchemaChange, at: number): Html {
	const { kind, name: now, nameBefore, before, after } = change;
	const renamed = nameBefore === undefined ? html`` : html` <span class="quiet">before ${name(nameBefore)}</span>`;
	return html`<details open><summary id="change-${at}">${change.change} ${kind} ${name(now)}${renamed}</summary>
<div class="scroll" role="region" aria-labelledby="change-${at}" tabindex="0"><pre><code>${linesOf(before, after)}</code></pre></div></details>`;
}

/** Lines that are only before have a minus, lines that are only afterwards a plus. */
function linesOf(before: string | undefined, after: string | undefined): string {
	const [old, now] = [before, after].map((sql) => (sql === undefined ? [] : sql.split(/\r?\n/)));
	if (old === undefined || now === undefined) return "";
	if (old.length === 0) return now.map((line) => `+ ${line}`).join("\n");
	if (now.length === 0) return old.map((line) => `- ${line}`).join("\n");
	return merged(old, now).join("\n");
}

function merged(old: readonly string[], now: readonly string[]): readonly string[] {
	const differences = lineDifferences(old, now);
	const removed = new Set(differences.filter(({ sign }) => sign === "-").map(({ at }) => at));
	const lines: string[] = [];
	for (let at = 1; at <= old.length + 1; at++) {
		if (at <= old.length && removed.has(at)) lines.push(`- ${old[at - 1]}`);
		for (const { sign, at: place, text } of differences) if (sign === "+" && place === at) lines.push(`+ ${text}`);
		if (at <= old.length && !removed.has(at)) lines.push(`  ${old[at - 1]}`);
	}
	return lines;
}
