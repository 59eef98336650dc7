import { roundStatement } from "@godwit/sql";
import type { PlacedStatement, ReadBody } from "../statements/read-body.ts";
import { roundLanguage } from "../statements/round-language.ts";

/** The two ways to run a body that asks for rounds. Every character is where it is in the file. */
export interface RoundBodies {
	/** What one round runs. */
	readonly batch: ReadBody;
	/** What other tools run. */
	readonly whole: ReadBody;
	/** The one statement of `whole`. */
	readonly statement: PlacedStatement;
	/** The table of an UPDATE or a DELETE, whose rows bound how many it can change; as SQL. */
	readonly changed: string | undefined;
	/** The query of an INSERT as other tools run it, whose rows bound how many are left to insert. */
	readonly inserted: string | undefined;
	/** As `RoundStatement.values`. */
	readonly values: string | undefined;
	/** As `RoundStatement.remaining`. */
	readonly remaining: string | undefined;
}

/** @throws MigrateError `ERR_INVALID_BODY` for a file that would not end with the same rows, or not at all. */
export function roundBodies(whole: ReadBody): RoundBodies {
	const statements = whole.statements.map((one) => withLastComment(one, whole.text));
	const { batch, changed, inserted, values, remaining } = roundStatement({ ...whole, statements }, roundLanguage);
	const [statement] = statements;
	if (statement === undefined) throw new TypeError("a file that can be run in rounds has a statement");
	const { start, end } = statement;
	const text = whole.text.slice(0, start) + batch.sql + whole.text.slice(end);
	return {
		batch: { ...whole, text, statements: [{ ...statement, sql: batch.sql }] },
		whole,
		statement,
		changed,
		inserted,
		values,
		remaining,
	};
}

/** A statement without a semicolon ends with its last token, and what makes a batch of it may come after that. */
function withLastComment(statement: PlacedStatement, text: string): PlacedStatement {
	const { start, sql } = statement;
	if (sql.endsWith(";")) return statement;
	return { ...statement, sql: text.slice(start), end: text.length };
}
