import { SplitError } from "./split-error.ts";
import type { TextPosition } from "./text-position.ts";

/** A piece of a text that arrives in chunks, with the position where it starts. */
export interface TextSlice {
	readonly line: number;
	readonly column: number;
	/** Starts at an offset in the current chunk; what was started before and not finished is given up. */
	start(offset: number, position: TextPosition): void;
	/**
	 * Keeps what a chunk holds of the slice up to `end`, for the slice goes on in the next one; nothing when none was started.
	 *
	 * @throws SplitError `statement-too-long` when a string cannot hold the slice.
	 */
	carry(chunk: string, end: number): void;
	/** Gives up the slice that was started. */
	drop(): void;
	/** Returns the slice, which ends at an offset in the current chunk. */
	finish(chunk: string, end: number): string;
}

// V8's String::kMaxLength on 64-bit systems: a longer join() throws.
const MAX_LENGTH = 0x1fff_ffe8;
const NOT_STARTED = -1;

/** Creates an empty slice. It joins the parts once, in `finish`. */
export function createTextSlice(): TextSlice {
	let from = NOT_STARTED;
	let line = 1;
	let column = 1;
	let parts: string[] = [];
	let length = 0;

	function carry(chunk: string, end: number): void {
		if (from === NOT_STARTED) return;
		length += end - from;
		if (length > MAX_LENGTH) throw new SplitError("statement-too-long", line, column);
		parts.push(chunk.slice(from, end));
		from = 0;
	}

	function drop(): void {
		from = NOT_STARTED;
		parts = [];
		length = 0;
	}

	return {
		get line() {
			return line;
		},
		get column() {
			return column;
		},
		start(offset, position) {
			drop();
			position.moveTo(offset);
			from = offset;
			line = position.line;
			column = position.column;
		},
		carry,
		drop,
		finish(chunk, end) {
			let slice = "";
			if (parts.length === 0) {
				slice = chunk.slice(from, end);
			} else {
				carry(chunk, end);
				slice = parts.join("");
			}
			drop();
			return slice;
		},
	};
}
