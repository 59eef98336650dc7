/** A line that only one of two texts has. */
export interface LineDifference {
	/** The line's number in the first text, from 1; for a line of the second that of the line it would come before. */
	readonly at: number;
	/** `-` for a line of the first text, `+` for one of the second. */
	readonly sign: "-" | "+";
	readonly text: string;
}

/** What memory is worth for fewer lines: 4 bytes a pair. */
const MAX_PAIRS = 25_000_000;

/**
 * Finds lines to take away and to add that make the second text of the first: the fewest, unless thousands of lines in a row
 * differ.
 */
export function lineDifferences(before: readonly string[], after: readonly string[]): readonly LineDifference[] {
	let start = 0;
	while (start < before.length && start < after.length && before[start] === after[start]) start++;
	let [oldEnd, newEnd] = [before.length, after.length];
	while (oldEnd > start && newEnd > start && before[oldEnd - 1] === after[newEnd - 1]) {
		oldEnd--;
		newEnd--;
	}
	const comparable = (oldEnd - start) * (newEnd - start) <= MAX_PAIRS;
	const common = comparable ? commonLengths(before.slice(start, oldEnd), after.slice(start, newEnd)) : [];
	const lengthAt = (old: number, now: number): number => common[old - start]?.[now - start] ?? 0;
	const differences: LineDifference[] = [];
	for (let [old, now] = [start, start]; old < oldEnd || now < newEnd; ) {
		if (old < oldEnd && now < newEnd && before[old] === after[now]) {
			old++;
			now++;
		} else if (old < oldEnd && (now === newEnd || lengthAt(old + 1, now) >= lengthAt(old, now + 1))) {
			differences.push({ at: old + 1, sign: "-", text: before[old++] ?? "" });
		} else differences.push({ at: old + 1, sign: "+", text: after[now++] ?? "" });
	}
	return differences;
}

/** For each pair of places how many lines the rests have in common, in their order. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly Uint32Array[] {
	const rows = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
	for (let old = before.length - 1; old >= 0; old--) {
		for (let now = after.length - 1; now >= 0; now--) {
			const [row, below] = [rows[old], rows[old + 1]];
			if (row === undefined || below === undefined) continue;
			const both = (below[now + 1] ?? 0) + 1;
			row[now] = before[old] === after[now] ? both : Math.max(below[now] ?? 0, row[now + 1] ?? 0);
		}
	}
	return rows;
}
