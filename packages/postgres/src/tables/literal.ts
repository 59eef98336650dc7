/** A text as a literal, whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
	const quoted = `'${text.replaceAll("'", "''")}'`;
	return text.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

/** A value as a literal; `undefined` is NULL. */
export function literal(value: string | number | bigint | boolean | undefined): string {
	if (value === undefined) return "NULL";
	return typeof value === "string" ? quoteLiteral(value) : String(value);
}

export function quoteIdentifier(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}
