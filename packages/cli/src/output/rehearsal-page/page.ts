import { createHash } from "node:crypto";
import type { RehearsalReport } from "@godwit/core";
import { verdictOf } from "../rehearsal/rehearsal-lines.ts";
import { diagramSection } from "./diagram-section.ts";
import { findingsSection } from "./findings-section.ts";
import { Html, html, name } from "./html.ts";
import { rowsSection } from "./rows-section.ts";
import { schemaSection } from "./schema-section.ts";
import { STYLE } from "./style.ts";
import { summarySection } from "./summary-section.ts";
import { timelineSection } from "./timeline-section.ts";

/**
 * Writes a rehearsal as one page that needs nothing besides: no script, no request. Whatever names and texts a database has, the page
 * shows them and obeys none.
 *
 * @param database Its URL, without secrets and options.
 */
export function rehearsalPage(report: RehearsalReport, database: string): string {
	const { clean, from, to } = report;
	const verdict = clean ? "Clean" : "Not clean";
	// The only style that there is, so that one that a name could bring would not count.
	const hash = createHash("sha256").update(STYLE).digest("base64");
	const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
	const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${verdict}: rehearsal of ${database}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<header class="verdict ${clean ? "clean" : "not-clean"}">
<h1>${clean ? "✓" : "✗"} ${verdict}</h1>
<p>${sentenceOf(verdictOf(report))}</p>
<p>${name(database)}, from ${versionOf(from)} to ${versionOf(to)}</p>
</header>
${findingsSection(report)}
${summarySection(report)}
${timelineSection(report)}
${rowsSection(report)}
${diagramSection(report)}
${schemaSection(report)}
</main>
</body>
</html>
`;
	return page.markup;
}

/** What follows `clean:`, which the heading says already. */
function sentenceOf(verdict: string): string {
	const rest = verdict.replace(/^[^:]*: /, "");
	return `${rest.charAt(0).toUpperCase()}${rest.slice(1)}.`;
}

function versionOf(version: bigint): string {
	return version < 0n ? "no version" : `version ${version}`;
}
