import { type Correction, textBody } from "@godwit/core";
import { placeFrom, type Statement } from "@godwit/sql";
import {
	asString,
	type Correct,
	forEachBatch,
	type SqliteConnection,
	withStatements,
	withStrings,
} from "@godwit/sqlite";
import { followPragma } from "../pragma-on-clone.ts";
import { fillClone } from "../schema/schema-clone.ts";
import { readSnapshot } from "../schema/schema-snapshot.ts";
import { wrongTokens } from "./correct-statement.ts";

const CHANGES_SCHEMA: ReadonlySet<string> = new Set(["CREATE", "ALTER", "DROP"]);

/** Writes strings in single quotes where a text has them in double ones, which SQLite refuses. Nothing else of the text changes. */
export const correctText: Correct = async (text, database) => {
	const snapshot = await database.read(readSnapshot);
	const connection = database.openClone();
	try {
		fillClone(connection, snapshot);
		const statements: Statement[] = [];
		await withStatements(textBody(text), async (body) => forEachBatch(body, (batch) => void statements.push(...batch)));
		const trial = { connection, openEmpty: database.openClone };
		const corrections: Correction[] = [];
		let corrected = "";
		let at = 0;
		for (const statement of statements) {
			const start = text.indexOf(statement.sql, at);
			const wrong = wrongTokens(trial, statement);
			for (const token of wrong.toSorted((a, b) => a.start - b.start)) {
				const from = statement.sql.slice(token.start, token.end);
				corrections.push({ ...placeFrom(statement, statement.sql, 0, token.start), from, to: asString(token) });
			}
			const sql = withStrings(statement.sql, wrong);
			corrected += text.slice(at, start) + sql;
			at = start + statement.sql.length;
			if (!follow(connection, { ...statement, sql })) break;
		}
		return { text: corrected + text.slice(at), corrections };
	} finally {
		connection.close();
	}
};

/** @returns false for a statement that fails, after which nothing more is known. */
function follow(connection: SqliteConnection, statement: Statement): boolean {
	followPragma(connection, statement);
	if (!CHANGES_SCHEMA.has(statement.keyword)) return true;
	try {
		connection.run(statement.sql);
		return true;
	} catch (error) {
		if (connection.resultCode(error) === undefined) throw error;
		return false;
	}
}
