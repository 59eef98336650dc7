export function formatTime(milliseconds: number): string {
	if (milliseconds === 0) return "0";
	if (milliseconds < 10) return `${milliseconds.toFixed(2)} ms`;
	if (milliseconds < 1000) return `${milliseconds.toFixed(0)} ms`;
	return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}

export function formatPercent(fraction: number): string {
	return `${(fraction * 100).toFixed(0)} %`;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
	return [line(head), line(head.map((_, column) => (column === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
