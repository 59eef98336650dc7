import {
	canonicalTokens,
	quotedName,
	readTableShape,
	type SqliteConnection,
	type TableShape,
	written,
} from "@godwit/sqlite";
import { readSchemaRows, type SchemaRow } from "../schema/schema-snapshot.ts";
import { hasWords, indexOfWord, objectName } from "./object-name.ts";
import type { NextStatement, RuleBefore } from "./rule.ts";

/** CREATE ... IF NOT EXISTS where something of that name exists and is not what the statement would make. */
export const ifNotExistsHides: RuleBefore = (next) => {
	const { statement, tokens, clone } = next;
	const at = indexOfWord(tokens.slice(0, 7), "if");
	if (statement.keyword !== "CREATE" || at === -1 || !hasWords(tokens, at, "if", "not", "exists")) return [];
	const named = objectName(tokens, at + 3);
	const existing = readSchemaRows(clone).find(({ name }) => quotedName(name) === named?.name);
	if (named === undefined || existing?.sql == null) return [];
	if (isSame(next, existing, existing.sql)) return [];
	const on = existing.type === "index" ? ` on ${existing.table}` : "";
	const message = `there is another ${existing.type} ${existing.name}${on} already, so this makes nothing; give it another name, or drop the other one first and leave out IF NOT EXISTS`;
	return [{ rule: "if-not-exists-hides", level: "error", message }];
};

function isSame({ statement, file }: NextStatement, { type, name }: SchemaRow, sql: string): boolean {
	if (type !== "table" || /^create\s+virtual/i.test(sql)) return definition(statement.sql) === definition(sql);
	const there = shapeOf(file.openEmpty(), name, sql);
	const wanted = shapeOf(file.openEmpty(), name, statement.sql);
	// What cannot be made alone, such as a table of a query's, is not compared.
	if (there === undefined || wanted === undefined) return true;
	return JSON.stringify(sorted(there)) === JSON.stringify(sorted(wanted));
}

/** Without `CREATE`, TEMP, IF NOT EXISTS and the `;`. */
function definition(sql: string): string {
	const tokens = canonicalTokens(sql).filter(({ text }) => text !== ";");
	return written(tokens)
		.replace(/^create (?:temp |temporary )?/, "")
		.replace(/\bif not exists /, "");
}

function shapeOf(connection: SqliteConnection, table: string, sql: string): TableShape | undefined {
	try {
		connection.run(sql);
		return readTableShape(connection, table);
	} catch (error) {
		if (connection.resultCode(error) === undefined) throw error;
		return undefined;
	} finally {
		connection.close();
	}
}

/** The order of columns and constraints makes no other table. */
function sorted(shape: TableShape): unknown {
	const texts = (items: readonly unknown[]): readonly string[] => items.map((item) => JSON.stringify(item)).sort();
	const { columns, indexes, foreignKeys, residue, ...rest } = shape;
	return { ...rest, all: [columns, indexes, foreignKeys, residue].map(texts) };
}
