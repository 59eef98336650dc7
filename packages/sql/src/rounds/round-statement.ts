import type { Directive } from "../directives.ts";
import type { Statement } from "../statement.ts";
import { changedRowsQuery } from "./changed-rows-query.ts";
import { insertedQuery, queryOfValues } from "./inserted-query.ts";
import { openConditions } from "./open-conditions.ts";
import { refusedRounds as refused } from "./refused-rounds.ts";
import type { RoundLanguage } from "./round-language.ts";
import { assertSameRows } from "./same-rows.ts";

/** A file that asks for rounds. */
export interface RoundBody {
	readonly directives: ReadonlySet<Directive>;
	readonly statements: readonly Statement[];
}

/** A statement that is run again and again, each time on some of the rows, until it changes none. */
export interface RoundStatement {
	/** What one round runs: with the text of its conditional comments in place of them. */
	readonly batch: Statement;
	/** What other tools run. */
	readonly whole: Statement;
	/** The table of an UPDATE or a DELETE, whose rows bound how many it can change; a name as SQL. */
	readonly changed: string | undefined;
	/** The query of an INSERT as other tools run it, whose rows bound how many are left to insert. */
	readonly inserted: string | undefined;
	/** Of an INSERT: the first SELECT of its query without its conditions. */
	readonly values: string | undefined;
	/**
	 * A query of the rows that are left to change or to insert, as other tools choose them; `undefined` where it cannot be written, as of
	 * an UPDATE with FROM.
	 */
	readonly remaining: string | undefined;
}

/**
 * Reads a file with the directive `until-done`: one UPDATE, DELETE or INSERT ... SELECT, in which `/* godwit: ... *\/` has what makes a
 * batch of it. Other tools take that for a remark, and run the statement whole; so both end with the same rows.
 *
 * @throws MigrateError `ERR_INVALID_BODY` for a file that would not end with the same rows, or not at all.
 */
export function roundStatement({ statements, directives }: RoundBody, language: RoundLanguage): RoundStatement {
	const [statement, second] = statements;
	if (statement === undefined) throw refused({ line: 1, column: 1 }, "no-statement", "it has no statement");
	if (directives.has("no-transaction")) {
		throw refused(statement, "no-transaction", "each round is a transaction, so no-transaction cannot stand beside it");
	}
	if (second !== undefined) {
		throw refused(second, "several-statements", "it has a second statement; put that into a file of its own");
	}
	const { keyword } = statement;
	if (keyword !== "UPDATE" && keyword !== "DELETE" && keyword !== "INSERT") {
		throw refused(
			statement,
			"no-rows",
			`it begins with ${keyword || "something else"}; it must be one UPDATE, DELETE or INSERT ... SELECT`,
		);
	}
	if (keyword === "INSERT" && !hasSelect(statement, language)) {
		throw refused(statement, "no-rows", "its INSERT has no SELECT, so that it would never end");
	}
	const { statement: opened, conditional } = openConditions(statement, language);
	assertSameRows(statement, opened, language);
	if (!conditional) {
		const message =
			"no /* godwit: ... */ says what one round does, as in: WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 5000) */";
		throw refused(statement, "no-batch", message);
	}
	const parts = { batch: opened, whole: statement };
	if (keyword === "INSERT") {
		const inserted = insertedQuery(statement.sql, language);
		const values = inserted === undefined ? undefined : queryOfValues(inserted, language);
		return { ...parts, changed: undefined, inserted, values, remaining: inserted };
	}
	const remaining = changedRowsQuery(statement.sql, language);
	return { ...parts, changed: language.changedTable(opened.sql), inserted: undefined, values: undefined, remaining };
}

/** Whether a SELECT is outside of parentheses and comments. */
function hasSelect({ sql }: Statement, { nextToken }: RoundLanguage): boolean {
	let depth = 0;
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, token.end)) {
		const text = sql.slice(token.start, token.end);
		if (text === "(") depth++;
		if (text === ")") depth--;
		if (depth === 0 && token.word === "SELECT") return true;
	}
	return false;
}
