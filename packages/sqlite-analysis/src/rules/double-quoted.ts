/** What SQLite says of double quotes around what is no name. */
export const DOUBLE_QUOTED: RegExp =
	/no such column: "([\s\S]*?)" - should this be a string literal in single-quotes\?/;

/** Double quotes are for names; some builds of SQLite take them for strings where there is no such name. */
export function doubleQuotedMessage(text: string): string {
	return `"${text}" is in double quotes, which are for names; write the string '${text.replaceAll("'", "''")}'`;
}
