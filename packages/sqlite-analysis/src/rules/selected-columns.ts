import { nextToken, quotedName, quoteIdentifier, type SqliteConnection } from "@godwit/sqlite";

/** A column that a SELECT returns. */
export interface SelectedColumn {
	/** As `quotedName`. */
	readonly name: string;
	/** The `*` or `t.*` that it comes from; `undefined` for one that is written out. */
	readonly star: string | undefined;
	/** Whether the SELECT is from more than one table. */
	readonly joined: boolean;
}

const VIEW = "godwit_selected";

/**
 * The columns of the SELECTs of an INSERT that have a `*`, each of a compound by itself, as SQLite resolves them.
 *
 * @param sql A statement that SQLite may refuse; then there are none.
 */
export function selectedColumns(connection: SqliteConnection, sql: string): readonly (readonly SelectedColumn[])[] {
	const words = outerWords(sql);
	const into = words.findIndex(({ word }) => word === "INTO");
	const first = words.findIndex(({ word }, index) => index > into && word === "SELECT");
	if (into === -1 || first === -1) return [];
	const tables = `${withBefore(sql, words.slice(0, into))} ${withBefore(sql, words.slice(into, first + 1))}`;
	return arms(sql, words.slice(first)).flatMap(({ items, from, joined }) => {
		if (!items.some(isStar)) return [];
		const columns = items.map((item) => {
			const star = isStar(item) ? item : undefined;
			return columnsOf(connection, `${tables} SELECT ${item} ${from}`)?.map((name) => ({ name, star, joined }));
		});
		return columns.every((each) => each !== undefined) ? [columns.flat()] : [];
	});
}

/** A token outside of all parentheses. */
interface OuterWord {
	/** In upper case for a keyword; the character for a sign. */
	readonly word: string;
	readonly start: number;
	readonly end: number;
}

function outerWords(sql: string): readonly OuterWord[] {
	const words: OuterWord[] = [];
	let depth = 0;
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, token.end)) {
		const sign = sql.charAt(token.start);
		if (sign === ")") depth -= 1;
		if (depth === 0) words.push({ ...token, word: token.word || sign });
		if (sign === "(") depth += 1;
	}
	return words;
}

/** `WITH ...` up to the verb, which is the last of the words. */
function withBefore(sql: string, words: readonly OuterWord[]): string {
	const start = words.find(({ word }) => word === "WITH");
	const end = words.find(({ word }, index) => index > 0 && /^(INSERT|REPLACE|SELECT)$/.test(word));
	return start === undefined || end === undefined ? "" : sql.slice(start.start, end.start);
}

interface Arm {
	readonly items: readonly string[];
	/** From `FROM` to what orders or limits the rows. */
	readonly from: string;
	readonly joined: boolean;
}

/** The SELECTs of a compound. */
function arms(sql: string, words: readonly OuterWord[]): readonly Arm[] {
	const end = words.findIndex(({ word }) => /^(ORDER|LIMIT|RETURNING|;)$/.test(word));
	const body = end === -1 ? words : words.slice(0, end);
	const begins = body.flatMap(({ word }, index) => (word === "SELECT" ? [index] : []));
	return begins.map((begin, which) => arm(sql, body.slice(begin + 1, begins[which + 1])));
}

function arm(sql: string, words: readonly OuterWord[]): Arm {
	const from = words.findIndex(({ word }) => word === "FROM");
	const list = words.slice(/^(DISTINCT|ALL)$/.test(words[0]?.word ?? "") ? 1 : 0, from === -1 ? undefined : from);
	const rest = from === -1 ? [] : untilCompound(words.slice(from));
	const tables = rest.slice(0, rest.findIndex(({ word }) => /^(WHERE|GROUP|WINDOW)$/.test(word)) + 1 || undefined);
	return {
		items: items(sql, list),
		from: textOf(sql, rest),
		joined: tables.some(({ word }) => word === "," || word === "JOIN"),
	};
}

/** Without what joins it to the next SELECT, and without the ON CONFLICT of the INSERT. */
function untilCompound(words: readonly OuterWord[]): readonly OuterWord[] {
	const end = words.findIndex(
		({ word }, index) =>
			/^(UNION|EXCEPT|INTERSECT)$/.test(word) || (word === "ON" && words[index + 1]?.word === "CONFLICT"),
	);
	return end === -1 ? words : words.slice(0, end);
}

function items(sql: string, list: readonly OuterWord[]): readonly string[] {
	const commas = [-1, ...list.flatMap(({ word }, index) => (word === "," ? [index] : [])), list.length];
	return commas.slice(1).map((comma, which) => textOf(sql, list.slice((commas[which] ?? 0) + 1, comma)));
}

function textOf(sql: string, words: readonly OuterWord[]): string {
	const [first, last] = [words[0], words.at(-1)];
	return first === undefined || last === undefined ? "" : sql.slice(first.start, last.end);
}

function isStar(item: string): boolean {
	return /(^|\.\s*)\*$/.test(item);
}

/** SQLite resolves the names of a view that is never read. */
function columnsOf(connection: SqliteConnection, select: string): readonly string[] | undefined {
	connection.run("SAVEPOINT godwit_selected");
	try {
		connection.run(`CREATE TEMP VIEW ${quoteIdentifier(VIEW)} AS ${select}`);
		const found = connection.query("SELECT name AS name FROM pragma_table_xinfo(?, 'temp') ORDER BY cid", [VIEW]);
		return found.map(({ name }) => quotedName(name));
	} catch (error) {
		if (connection.resultCode(error) === undefined) throw error;
		return undefined;
	} finally {
		connection.run("ROLLBACK TO godwit_selected");
		connection.run("RELEASE godwit_selected");
	}
}
