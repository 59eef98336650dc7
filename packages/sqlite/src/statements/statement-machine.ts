/**
 * Where a token stands in a statement, as far as it decides which `;` ends the statement.
 *
 * In SQLite's grammar a `;` ends a statement everywhere but in a trigger body, which is over at the statement `END`, and
 * between the parentheses of `CREATE VIRTUAL TABLE ... USING module(...)`, whose arguments are any tokens at all. This
 * follows the grammar; sqlite3_complete() knows neither the second rule nor `EXPLAIN QUERY PLAN`, and looks for `;END;`
 * in a trigger that has no body.
 *
 * @see https://sqlite.org/src/file/src/parse.y
 */
export type StatementPlace =
	| "start"
	| "explain"
	| "create"
	| "trigger-head"
	| "trigger-body"
	| "trigger-command-over"
	| "trigger-over"
	| "virtual-table"
	| "plain";

/** Says whether words can be skipped unread: only a `;`, or a parenthesis in a virtual table, matters from here. */
export function skipsWords(place: StatementPlace): boolean {
	return place === "plain" || place === "trigger-body" || place === "virtual-table";
}

/**
 * Follows one token that is neither a `;` nor a comment.
 *
 * @param word an unquoted word in upper case, `""` for every other token
 */
export function placeAfterToken(place: StatementPlace, word: string): StatementPlace {
	switch (place) {
		case "start":
			if (word === "EXPLAIN") return "explain";
			return word === "CREATE" ? "create" : "plain";
		case "explain":
			if (word === "QUERY" || word === "PLAN") return "explain";
			return word === "CREATE" ? "create" : "plain";
		case "create":
			if (word === "TEMP" || word === "TEMPORARY") return "create";
			if (word === "TRIGGER") return "trigger-head";
			return word === "VIRTUAL" ? "virtual-table" : "plain";
		case "trigger-head":
			return word === "BEGIN" ? "trigger-body" : "trigger-head";
		case "trigger-command-over":
			return word === "END" ? "trigger-over" : "trigger-body";
		case "trigger-over":
			return "trigger-body";
		default:
			return place;
	}
}

/** Follows a `;`; `"start"` when it ends the statement. The caller knows about parentheses in a virtual table. */
export function placeAfterSemicolon(place: StatementPlace): StatementPlace {
	return place === "trigger-body" || place === "trigger-command-over" ? "trigger-command-over" : "start";
}
