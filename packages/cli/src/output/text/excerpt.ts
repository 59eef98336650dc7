import { createReadStream } from "node:fs";

export interface Place {
	/** 1-based. */
	readonly line: number;
	/** 1-based, in UTF-16 units. */
	readonly column: number;
}

/** How much of a line is shown on each side of the place. */
const BEFORE = 50;
const AFTER = 60;

/**
 * Shows a line of a file and points at a column of it. Reads as far as that line, in constant memory.
 *
 * @returns Two lines without a line break at the end; `undefined` when the path leads to no such file or line, as
 *   with a location that is not a path.
 */
export async function excerpt(path: string, { line, column }: Place): Promise<string | undefined> {
	const first = Math.max(1, column - BEFORE);
	let shown = "";
	let atLine = 1;
	let atColumn = 1;
	try {
		for await (const chunk of createReadStream(path, { encoding: "utf8" })) {
			let text: string = chunk;
			if (atLine === 1 && atColumn === 1) text = text.replace(/^\uFEFF/, "");
			for (let start = 0; start < text.length && atLine <= line; ) {
				const lineFeed = text.indexOf("\n", start);
				const end = lineFeed === -1 ? text.length : lineFeed;
				if (atLine === line) {
					shown += text.slice(start + Math.max(0, first - atColumn), end);
					shown = shown.slice(0, BEFORE + AFTER);
				}
				atColumn += end - start;
				start = end;
				if (lineFeed !== -1) {
					start++;
					atLine++;
					atColumn = 1;
				}
			}
			if (atLine > line || shown.length === BEFORE + AFTER) break;
		}
	} catch (error) {
		// The error to report is the migration's, and it names the file already.
		if ((error as NodeJS.ErrnoException).code !== undefined) return undefined;
		throw error;
	}
	if (atLine < line) return undefined;
	const gutter = String(line);
	const blank = " ".repeat(gutter.length);
	const before = shown.slice(0, column - first).replace(/[^\t]/g, " ");
	return `  ${gutter} | ${shown.replace(/\r$/, "")}\n  ${blank} | ${before}^`;
}
