import { MigrateError } from "@godwit/core";
import type { Statement } from "../statement.ts";

/**
 * Reports a statement of which a round leaves to do what it has done, so that rows are changed twice, or for ever.
 *
 * @param statement With as much of its text as goes into an error.
 * @param rows How many the table of an UPDATE or a DELETE has.
 */
export function endlessRoundsError(
	statement: Statement,
	changed: number,
	rows: number | undefined,
): MigrateError<"ERR_SQL"> {
	const { sql, line, column } = statement;
	const sum = `its rounds would have changed ${changed} rows${rows === undefined ? "" : ` of a table of ${rows}`}`;
	const advice =
		rows === undefined
			? "they add the same rows again and again; add a condition that leaves out what is there, as WHERE NOT EXISTS does"
			: "they change the same rows again and again; add a condition that leaves out what was changed, as WHERE b IS NULL does, and see that no trigger undoes it";
	const found =
		rows === undefined
			? "the last one has left no less to do"
			: "rows that they have changed are left to be changed once more";
	const message = `${sum}, and ${found}, so ${advice}; this round was rolled back, those before it stay`;
	return new MigrateError("ERR_SQL", message, { sql, line, column });
}

/**
 * Reports an INSERT whose query is left with other rows than those that its rounds have not inserted: its condition is about something
 * else than the rows that are inserted.
 *
 * @param statement With as much of its text as goes into an error.
 * @param inserted How many rows its rounds have inserted.
 * @param left How many rows its query has had before and after them.
 */
export function inexactRoundsError(
	statement: Statement,
	inserted: number,
	left: { readonly before: number; readonly after: number },
): MigrateError<"ERR_SQL"> {
	const { sql, line, column } = statement;
	const { before, after } = left;
	const consequence =
		before - after > inserted
			? "so that others were never inserted, as they are with other tools"
			: "so that some would be inserted once more, which other tools insert once";
	const message = `its rounds have inserted ${inserted} rows, and of the ${before} that there were to insert ${after} are left, ${consequence}; its condition has to leave out exactly the rows that were inserted, as WHERE NOT EXISTS does with the key of each; this round was rolled back, those before it stay`;
	return new MigrateError("ERR_SQL", message, { sql, line, column });
}

/**
 * Reports a statement that would change more, run whole, when its batch finds nothing any more.
 *
 * @param statement As other tools run it, with as much of its text as goes into an error.
 * @param rows How many it would change.
 * @param other What else than the comment may be the reason, with what to do about it.
 */
export function unfinishedRoundsError(statement: Statement, rows: number, other?: string): MigrateError<"ERR_SQL"> {
	const { sql, line, column } = statement;
	const message = `a round has changed nothing, and the statement without /* godwit: ... */ would change ${rows} more rows, as it does with other tools; what is in the comment has to pick, each time, rows that are still to be changed, with the same condition in its SELECT as outside, and rows that were changed have to fall out of the condition outside${other === undefined ? "" : `; ${other}`}; this round was rolled back, those before it stay`;
	return new MigrateError("ERR_SQL", message, { sql, line, column });
}
