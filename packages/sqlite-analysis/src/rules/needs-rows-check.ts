import type { Statement } from "@godwit/sql";
import {
	type CanonicalToken,
	quotedName,
	quoteIdentifier,
	readName,
	type SqliteConnection,
	type SqlRow,
} from "@godwit/sqlite";
import { alteredTable } from "../effects/altered-columns.ts";
import { hasWords, indexOfWord, objectName } from "./object-name.ts";
import type { Found, Probe, RanStatement, RuleAfter } from "./rule.ts";

const RULE = "needs-rows-check";

/** What works on an empty table, or on some rows alone. In a plan the rows of the database are asked. */
export const needsRowsCheck: RuleAfter = (ran) => [...emptyTable(ran), ...uniqueIndex(ran), ...newCondition(ran)];

/** ADD COLUMN that SQLite does to an empty table alone, as its own program says. */
function emptyTable(ran: RanStatement): readonly (Found | Probe)[] {
	const { statement, stops, file } = ran;
	const table = alteredTable(statement.sql);
	const reason = stops.find((message) => /^cannot add a/i.test(message));
	if (reason === undefined || table === undefined || !isOld(ran, table)) return [];
	const cure = "give the column a constant DEFAULT, or make the table anew";
	if (!file.rows) {
		const message = `this works while ${table} is empty, and fails at its first row: ${reason}; ${cure}`;
		return [{ rule: RULE, level: "warning", message }];
	}
	return asked(ran, table, {
		sql: `SELECT count(*) AS found FROM ${quoteIdentifier(table)}`,
		fails: (rows) => `${table} has ${rows} rows, and SQLite says: ${reason}; ${cure}`,
	});
}

/** CREATE UNIQUE INDEX over columns of a table that is there already. */
function uniqueIndex(ran: RanStatement): readonly (Found | Probe)[] {
	const { statement, tokens, file, effects } = ran;
	if (statement.keyword !== "CREATE" || !hasWords(tokens, 1, "unique", "index") || !file.rows) return [];
	const on = objectName(tokens, indexOfWord(tokens, "on") + 1);
	const table = [...file.before.tables.values()].find(({ name }) => quotedName(name) === on?.name)?.name;
	const made = effects.creates.find(({ type }) => type === "index");
	if (table === undefined || made === undefined || !isOld(ran, table)) return [];
	const columns = indexedColumns(ran.clone, made.name);
	const names = columns.flatMap(({ name }) => (name === undefined ? [] : [name]));
	if (names.length < columns.length) return [untried(table, "it is over an expression")];
	const keys = columns.map(
		({ name = "", collation }) => `${quoteIdentifier(name)} COLLATE ${quoteIdentifier(collation)}`,
	);
	const filled = names.map((name) => `${quoteIdentifier(name)} IS NOT NULL`);
	const where = indexOfWord(tokens, "where");
	const condition = where === -1 ? [] : [`(${asWritten(statement, withoutEnd(tokens.slice(where + 1)))})`];
	return asked(ran, table, {
		sql: `SELECT count(*) AS found FROM (SELECT 1 FROM ${quoteIdentifier(table)} WHERE ${[...filled, ...condition].join(" AND ")} GROUP BY ${keys.join(", ")} HAVING count(*) > 1)`,
		fails: (count) =>
			`${count} values of ${table} (${names.join(", ")}) are there more than once; make them different, or delete what is too much, in a statement before this one`,
	});
}

interface IndexedColumn {
	/** `undefined` for an expression. */
	readonly name: string | undefined;
	readonly collation: string;
}

function indexedColumns(clone: SqliteConnection, index: string): readonly IndexedColumn[] {
	const sql = `SELECT name AS name, coll AS coll FROM pragma_index_xinfo(?, 'main') WHERE "key" ORDER BY seqno`;
	return clone.query(sql, [index]).map(({ name, coll }) => ({
		name: name === null ? undefined : String(name),
		collation: String(coll),
	}));
}

/** `ALTER TABLE t ALTER COLUMN c SET NOT NULL` and `ADD [CONSTRAINT name] CHECK (...)`, of SQLite 3.53. */
function newCondition(ran: RanStatement): readonly (Found | Probe)[] {
	const { statement, tokens, file } = ran;
	const table = alteredTable(statement.sql);
	if (table === undefined || !file.rows || !isOld(ran, table)) return [];
	const set = indexOfWord(tokens, "set");
	const name = quoteIdentifier(table);
	if (set !== -1 && hasWords(tokens, set, "set", "not", "null")) {
		const column = readName(statement.sql, tokens[set - 1]?.start ?? 0)?.name ?? "";
		return asked(ran, table, {
			sql: `SELECT count(*) AS found FROM ${name} WHERE ${quoteIdentifier(column)} IS NULL`,
			fails: (rows) => `${rows} rows of ${table} have no ${column}; fill them in a statement before this one`,
		});
	}
	const add = indexOfWord(tokens, "add");
	const check = add === -1 ? -1 : hasWords(tokens, add + 1, "constraint") ? add + 3 : add + 1;
	if (check === -1 || !hasWords(tokens, check, "check")) return [];
	const condition = asWritten(statement, withoutEnd(tokens.slice(check + 1)));
	return asked(ran, table, {
		sql: `SELECT count(*) AS found FROM ${name} WHERE NOT ${condition}`,
		fails: (rows) => `${rows} rows of ${table} are against the new CHECK; change them in a statement before this one`,
	});
}

/** The text of tokens in a row, without the comments around them. */
function asWritten({ sql }: Statement, tokens: readonly CanonicalToken[]): string {
	return sql.slice(tokens[0]?.start, tokens.at(-1)?.end);
}

function withoutEnd(tokens: readonly CanonicalToken[]): readonly CanonicalToken[] {
	return tokens.at(-1)?.text === ";" ? tokens.slice(0, -1) : tokens;
}

/** Whether the table was there before the file, and may have rows still. */
function isOld({ file }: RanStatement, table: string): boolean {
	const name = quotedName(table);
	return file.before.tables.has(name) && !file.emptied.has(name) && file.touched.get(name) !== "empty";
}

interface Question {
	/** Answers with one row, in which `found` is the number of what is in the way. */
	readonly sql: string;
	fails(count: string): string;
}

function asked({ file }: RanStatement, table: string, { sql, fails }: Question): readonly (Found | Probe)[] {
	if (file.touched.has(quotedName(table))) return [untried(table, "an earlier statement of the plan changes it")];
	const decide = ([row]: readonly SqlRow[]): Found | undefined => {
		const count = BigInt(Number(row?.found ?? 0));
		if (count === 0n) return undefined;
		return { rule: RULE, level: "error", message: `this fails: ${fails(count.toLocaleString("en"))}` };
	};
	return [{ sql, decide, refused: (reason) => untried(table, reason) }];
}

function untried(table: string, reason: string): Found {
	const message = `whether this works depends on the rows of ${table}, which cannot be asked: ${reason}; try it on a copy of the database`;
	return { rule: RULE, level: "warning", message };
}
