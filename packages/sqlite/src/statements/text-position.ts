/** Lines and columns in a text that arrives in chunks, for offsets that are asked for in rising order. */
export interface TextPosition {
	/** 1-based. LF and CRLF end a line. */
	readonly line: number;
	/** 1-based, in UTF-16 units; a BOM at the start of the text is not counted. */
	readonly column: number;
	/** Goes on with the next chunk, from whose first character offsets count now. */
	startChunk(chunk: string): void;
	/** Moves to an offset in the chunk, or to its end; never back. */
	moveTo(offset: number): void;
}

const BOM = 0xfeff;

/** Creates a position at the start of a text. It searches each chunk once for line ends, however often it is moved. */
export function createTextPosition(): TextPosition {
	let chunk = "";
	let begun = false;
	let line = 1;
	let offset = 0;
	let lineStart = 0;
	let nextLineEnd = 0;

	function findLineEnd(): void {
		nextLineEnd = chunk.indexOf("\n", Math.max(lineStart, 0));
		if (nextLineEnd === -1) nextLineEnd = chunk.length;
	}

	return {
		get line() {
			return line;
		},
		get column() {
			return offset - lineStart + 1;
		},
		startChunk(next) {
			lineStart -= offset;
			offset = 0;
			chunk = next;
			if (!begun && chunk !== "") {
				begun = true;
				if (chunk.charCodeAt(0) === BOM) lineStart = 1;
			}
			findLineEnd();
		},
		moveTo(to) {
			offset = to;
			while (nextLineEnd < to) {
				line += 1;
				lineStart = nextLineEnd + 1;
				findLineEnd();
			}
		},
	};
}
