import { nextToken, skipGap } from "./split/tokens.ts";

/**
 * Returns what a text says to SQLite: its tokens in their case, joined by one space, without comments. Texts that differ in
 * layout alone have the same.
 *
 * @returns undefined for a text with a string, a name or a comment that nothing closes.
 */
export function meaning(text: string): string | undefined {
	// The last line may be a comment, which a line end closes.
	const lines = `${text.replaceAll("\r\n", "\n")}\n`;
	let said = "";
	let end = 0;
	for (let token = nextToken(lines, 0); token !== undefined; token = nextToken(lines, end)) {
		// A blob is `x'00'`; `x '00'` is a name and a string.
		const joins = token.start === end && lines.charAt(token.start) === "'";
		said += joins || said === "" ? "" : " ";
		end = token.end;
		said += lines.slice(token.start, end);
	}
	return skipGap(lines, end) === lines.length ? said : undefined;
}
