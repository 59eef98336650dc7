import type { Survival } from "./points.ts";

/** A row of the table: what one case came through. */
export interface CaseSummary {
	readonly name: string;
	readonly kills: Survival;
	readonly faults: Survival;
}

/** The table of the enumerated harms, in Markdown. */
export function summaryTable(rows: readonly CaseSummary[]): string {
	const lines = rows.map(({ name, kills, faults }) => [
		name,
		kills.points,
		faults.points,
		kills.points + faults.points - kills.failures.length - faults.failures.length,
		kills.repairs + faults.repairs,
	]);
	const sum = (column: number): number => lines.reduce((total, line) => total + Number(line[column]), 0);
	return table(
		["backend, mode, journal, direction", "kill points", "fault points", "survived", "repairs by hand"],
		[...lines, ["all", sum(1), sum(2), sum(3), sum(4)]],
	);
}

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
	const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
	const rule = head.map((_, index) => (index === 0 ? "---" : "---:"));
	return [head, rule, ...rows].map(line).join("\n");
}
