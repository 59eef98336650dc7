/** Double quotes are for names; some builds of SQLite take them for strings where there is no such name. */
export function doubleQuotedMessage(text: string): string {
	return `"${text}" is in double quotes, which are for names; write the string '${text.replaceAll("'", "''")}'`;
}
