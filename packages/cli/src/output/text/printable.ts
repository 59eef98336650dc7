/** Replaces the control characters that a file or a database may hold, which a terminal would obey. */
export function printable(text: string): string {
	return text.replace(/[^\P{Cc}\t\n]/gu, "\uFFFD");
}
