/** A place in a body. */
export interface Place {
	/** 1-based. LF and CRLF both end a line. */
	readonly line: number;
	/** 1-based, in UTF-16 units; a BOM at the start of the body is not counted. */
	readonly column: number;
}

export const BODY_START: Place = { line: 1, column: 1 };

/** Returns the place of the offset `to` in a text, given the place of an earlier offset. */
export function placeFrom({ line, column }: Place, text: string, from: number, to: number): Place {
	// Cut first, because a search in the whole text would continue after `to` up to the end of a long line.
	const passed = text.slice(from, to);
	let lines = 0;
	let lineStart = 0;
	for (let end = passed.indexOf("\n"); end !== -1; end = passed.indexOf("\n", lineStart)) {
		lines += 1;
		lineStart = end + 1;
	}
	return { line: line + lines, column: (lines === 0 ? column : 1) + passed.length - lineStart };
}
