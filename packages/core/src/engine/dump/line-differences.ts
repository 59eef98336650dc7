import { diffArrays } from "diff/lib/diff/array.js";

/** A line that only one of two texts has. */
export interface LineDifference {
	/** The line's number in the first text, from 1; for a line of the second that of the line it would come before. */
	readonly at: number;
	/** `-` for a line of the first text, `+` for one of the second. */
	readonly sign: "-" | "+";
	readonly text: string;
}

/** Finds lines to take away and to add that make the second text of the first. */
export function lineDifferences(before: readonly string[], after: readonly string[]): readonly LineDifference[] {
	let at = 1;
	return diffArrays([...before], [...after]).flatMap(({ added, removed, value }) => {
		const sign = added ? "+" : "-";
		const lines =
			added || removed ? value.map((text, index) => ({ at: added ? at : at + index, sign, text }) as const) : [];
		if (!added) at += value.length;
		return lines;
	});
}
