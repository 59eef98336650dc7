import type { RehearsalFinding, RehearsalReport } from "@godwit/core";
import { type Html, html } from "./html.ts";

export function findingsSection({ findings, differences, gaps }: RehearsalReport): Html {
	const items = [
		...findings.map(findingItem),
		...differences.map(({ level, message }) => item(level, "source and database", "", message)),
		...gaps.map((gap) => item("note", "not looked at", "", gap)),
	];
	const list = items.length === 0 ? html`<p>Nothing was found.</p>` : html`<ul class="findings">${items}</ul>`;
	return html`<section aria-labelledby="findings"><h2 id="findings">Findings</h2>${list}</section>`;
}

function findingItem({ level, rule, location, line, column, message }: RehearsalFinding): Html {
	return item(level, rule, [location, line, column].filter((part) => part !== undefined).join(":"), message);
}

function item(level: RehearsalFinding["level"], rule: string, place: string, message: string): Html {
	const where = place === "" ? html`` : html` <code class="place"><bdi>${place}</bdi></code>`;
	return html`<li class="${level}"><span class="level">${level}</span> <code>${rule}</code>${where}<br><bdi>${message}</bdi></li>`;
}
