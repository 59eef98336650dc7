import type { SqliteConnection } from "@godwit/sqlite";

/** A quoted text, a comment, a word, white space, or one character of anything else. */
const TOKEN =
	/'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[\w$\u0080-\uffff]+|\s+|./gs;

/** An ATTACH in its parts. */
export interface AttachStatement {
	/** What names the file, as SQL. */
	readonly expression: string;
	/** What follows it, from `AS`. */
	readonly rest: string;
}

/**
 * The parts of an ATTACH; undefined for any other statement.
 *
 * @see https://sqlite.org/lang_attach.html
 */
export function attachStatement(sql: string): AttachStatement | undefined {
	if (!/^ATTACH\b/i.test(sql)) return undefined;
	const text = sql.slice("ATTACH".length);
	let depth = 0;
	let expression = "";
	for (const { 0: token, index } of text.matchAll(TOKEN)) {
		if (token.startsWith("--") || token.startsWith("/*")) continue;
		if (token === "(") depth++;
		if (token === ")") depth--;
		if (depth === 0 && /^AS$/i.test(token)) return { expression: asText(expression.trim()), rest: text.slice(index) };
		if (/^DATABASE$/i.test(token) && expression.trim() === "") continue;
		expression += token;
	}
	return { expression: asText(expression.trim()), rest: "" };
}

/** The expression that an ATTACH names its file by, as SQL; undefined for any other statement. */
export function attachedExpression(sql: string): string | undefined {
	return attachStatement(sql)?.expression;
}

/**
 * The name that an ATTACH reads from its expression: a blob as a text, and no further than its first NUL. `""` for NULL, a temporary
 * database. Throws SQLite's error, since ATTACH may be able to read a name that SELECT cannot.
 */
export function attachedName(query: SqliteConnection["query"], expression: string): string {
	const [row] = query(`SELECT CAST((${expression}) AS TEXT) AS name`);
	const [name = ""] = String(row?.name ?? "").split("\0");
	return name;
}

function asText(text: string): string {
	// SQLite reads a name in this place as a text, also in parentheses.
	const name =
		/^[(\s]*(?:"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*))[)\s]*$/s.exec(
			text,
		);
	if (name === null || /^(NULL|TRUE|FALSE)$/i.test(name[4] ?? "")) return text;
	const value = name[1]?.replaceAll('""', '"') ?? name[2]?.replaceAll("``", "`") ?? name[3] ?? name[4] ?? "";
	return `'${value.replaceAll("'", "''")}'`;
}

/**
 * The path of a database's name; undefined for one that is no file: in memory, or temporary.
 *
 * @see https://sqlite.org/uri.html
 */
export function pathOfName(name: string): string | undefined {
	if (!name.startsWith("file:")) return name === "" || name === ":memory:" ? undefined : name;
	const [path = "", query = ""] = name.slice("file:".length).replace(/#.*$/s, "").split("?", 2);
	if (/(^|&)(mode=memory|vfs=memdb)(&|$)/.test(query)) return undefined;
	const decoded = decodeEscapes(path.replace(/^\/\/(localhost)?(?=\/)/, ""));
	return decoded === "" || decoded === ":memory:" ? undefined : decoded;
}

/** As SQLite does: a % that begins no escape stays a %. */
function decodeEscapes(text: string): string {
	return text.replace(/(%[0-9a-f]{2})+/gi, (escapes) => Buffer.from(escapes.replaceAll("%", ""), "hex").toString());
}
