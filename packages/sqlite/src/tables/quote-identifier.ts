/** Quotes a name so that any name is legal SQL, see https://sqlite.org/lang_keywords.html */
export function quoteIdentifier(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}
