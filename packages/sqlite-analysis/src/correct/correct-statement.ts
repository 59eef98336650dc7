import type { Statement } from "@godwit/sql";
import { asString, type QuotedToken, requote, withStrings } from "@godwit/sqlite";
import { columnNames } from "../effects/altered-columns.ts";
import { readSchemaRows } from "../schema/schema-snapshot.ts";
import { type TrialSchema, tryStatement } from "./try-statement.ts";

/**
 * Finds the tokens of a statement that are strings in double quotes: the least set that SQLite wants in single ones.
 *
 * @returns None when SQLite takes the statement as it is, or refuses it all the same.
 */
export function wrongTokens(trial: TrialSchema, { sql, keyword }: Statement): readonly QuotedToken[] {
	if (!sql.includes('"')) return [];
	const { strings } = requote(sql, (text) => tryStatement(trial, text, keyword));
	return strings.length > 0 && namesColumn(trial, sql, keyword, strings) ? [] : strings;
}

/** A column of a view, or of a table of a query's, that would be called after the string: it needs AS, which a person has to write. */
function namesColumn(
	{ connection }: TrialSchema,
	sql: string,
	keyword: string,
	strings: readonly QuotedToken[],
): boolean {
	if (keyword !== "CREATE") return false;
	const texts = new Set(strings.map(asString));
	connection.run("SAVEPOINT named");
	try {
		const before = new Set(readSchemaRows(connection).map(({ name }) => name));
		connection.run(withStrings(sql, strings));
		const made = readSchemaRows(connection).filter(
			({ name, type }) => !before.has(name) && /^(view|table)$/.test(type),
		);
		return made.some(({ name }) => columnNames(connection, name).some((column) => texts.has(column)));
	} finally {
		connection.run("ROLLBACK TO named");
		connection.run("RELEASE named");
	}
}
