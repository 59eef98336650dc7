/** A line that only one of two texts has. */
export interface LineDifference {
	/** The line's number in the first text, from 1; for a line of the second that of the line it would come before. */
	readonly at: number;
	/** `-` for a line of the first text, `+` for one of the second. */
	readonly sign: "-" | "+";
	readonly text: string;
}

/** Finds the fewest lines to take away and to add that make the second text of the first. */
export function lineDifferences(before: readonly string[], after: readonly string[]): readonly LineDifference[] {
	const differences: LineDifference[] = [];
	for (let edit = new ShortestWay(before, after).find(); edit !== undefined; edit = edit.previous) {
		const { at, sign, text } = edit;
		differences.push({ at, sign, text });
	}
	return differences.reverse();
}

/** A difference on a way from the beginning of both texts, and the one before it. */
interface Edit extends LineDifference {
	readonly previous: Edit | undefined;
}

/** No way has come to this diagonal. */
const NOWHERE = -1;

/**
 * Extends the furthest ways of each number of differences to those of one more, until one comes to the end of both texts. A
 * diagonal is by how many lines a way is further in the first text than in the second.
 *
 * @see https://doi.org/10.1007/BF01840446 E. W. Myers, An O(ND) Difference Algorithm and Its Variations
 */
class ShortestWay {
	readonly #before: readonly string[];
	readonly #after: readonly string[];
	/** The index of diagonal 0 in what follows. */
	readonly #origin: number;
	/** How many lines of the first text the furthest way on each diagonal has behind it. */
	readonly #passed: Int32Array;
	readonly #edits: (Edit | undefined)[];

	constructor(before: readonly string[], after: readonly string[]) {
		this.#before = before;
		this.#after = after;
		this.#origin = after.length + 1;
		const diagonals = before.length + after.length + 3;
		this.#passed = new Int32Array(diagonals).fill(NOWHERE);
		this.#edits = new Array<Edit | undefined>(diagonals).fill(undefined);
	}

	/** @returns The last difference; undefined when the texts are equal. */
	find(): Edit | undefined {
		const [removable, addable] = [this.#before.length, this.#after.length];
		const end = this.#origin + removable - addable;
		this.#advance(0, 0, undefined);
		for (let count = 1; this.#passed[end] !== removable; count++) {
			// Beyond these diagonals one of the texts has no lines.
			const first = count <= addable ? -count : -addable + ((count - addable) % 2);
			const last = Math.min(count, removable);
			for (let diagonal = first; diagonal <= last; diagonal += 2) this.#extend(diagonal);
		}
		return this.#edits[end];
	}

	/** Comes to a diagonal from that beside it, by the way that is further then. */
	#extend(diagonal: number): void {
		const at = this.#origin + diagonal;
		const [removing = NOWHERE, adding = NOWHERE] = [this.#passed[at - 1], this.#passed[at + 1]];
		const removed = removing === NOWHERE ? undefined : this.#before[removing];
		const added = adding === NOWHERE ? undefined : this.#after[adding - diagonal - 1];
		if (added !== undefined && (removed === undefined || removing < adding)) {
			this.#advance(diagonal, adding, { previous: this.#edits[at + 1], at: adding + 1, sign: "+", text: added });
		} else if (removed !== undefined) {
			const edit: Edit = { previous: this.#edits[at - 1], at: removing + 1, sign: "-", text: removed };
			this.#advance(diagonal, removing + 1, edit);
		} else {
			this.#passed[at] = NOWHERE;
		}
	}

	#advance(diagonal: number, start: number, edit: Edit | undefined): void {
		let passed = start;
		while (
			passed < this.#before.length &&
			passed - diagonal < this.#after.length &&
			this.#before[passed] === this.#after[passed - diagonal]
		) {
			passed++;
		}
		this.#passed[this.#origin + diagonal] = passed;
		this.#edits[this.#origin + diagonal] = edit;
	}
}
