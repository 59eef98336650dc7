/** The number of the format of all documents and lines: it is raised when a reader of the old one would read a new one wrong. */
const FORMAT = 1;

/**
 * Writes a document or a line for programs. It begins with `"godwit": 1`. Versions are strings, since JavaScript's numbers
 * cannot hold them all.
 */
export function json(value: Readonly<Record<string, unknown>>): string {
	return JSON.stringify({ godwit: FORMAT, ...value }, (_, item) =>
		typeof item === "bigint" ? String(item) : item,
	).replace(
		// JSON.stringify escapes the other control characters, which a terminal would obey as well.
		/[\u007f-\u009f]/g,
		(character) => `\\u00${character.charCodeAt(0).toString(16)}`,
	);
}

/** The message of what was thrown, which may be no error. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
