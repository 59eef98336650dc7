/**
 * Lays out rows in columns that are as wide as what they hold; no line ends in blanks.
 *
 * @param paint Colours a cell. It may add what takes no room.
 */
export function columns(
	rows: readonly (readonly string[])[],
	paint: (cell: string, row: number, column: number) => string = (cell) => cell,
): readonly string[] {
	const widths: number[] = [];
	for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
	return rows.map((row, number) =>
		row
			.map((cell, at) => `${paint(cell, number, at)}${" ".repeat((widths[at] ?? 0) - cell.length)}`)
			.join("  ")
			.trimEnd(),
	);
}

/** Shows a moment of a history in UTC, to the second: `2026-11-27 04:12:41`. */
export function moment(at: string): string {
	return at.slice(0, 19).replace("T", " ");
}
