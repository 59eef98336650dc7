/**
 * Replaces the control characters that a file or a database may hold, which a terminal would obey, and those that change the order
 * in which a line is read, see https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 */
export function printable(text: string): string {
	return text.replace(/[^\P{Cc}\t\n]|\p{Bidi_Control}/gu, "\uFFFD");
}

/** As `printable`, and keeps one line one line: a line of a name's own could be a command to whoever reads the output. */
export function printableLine(text: string): string {
	return printable(text).replace(/[\n\u2028\u2029]/g, "\uFFFD");
}
