import { aggregateRounds, limitedRounds, type RoundStatement, readingRounds } from "@godwit/sql";
import type { SqliteConnection } from "../../connection/sqlite-connection.ts";
import { roundLanguage } from "../../statements/round-language.ts";
import { type QueryPlan, queryPlan } from "./query-plan.ts";
import { type StatementProgram, statementProgram, type TableTrees, tablesOf } from "./statement-program.ts";

/**
 * Refuses a statement whose rounds would not do what the whole statement does, as SQLite's program for it tells: an UPDATE or a DELETE
 * that reads its table besides the rows that it changes, and an INSERT that inserts what it reads from its table, or what is computed of
 * several rows.
 *
 * @param connection With foreign keys off: those of a table that refers to itself read it too.
 * @throws MigrateError `ERR_INVALID_BODY`. What SQLite says of a statement that it cannot compile is thrown as it is.
 */
export function assertDivisible(connection: SqliteConnection, round: RoundStatement): void {
	const { whole } = round;
	const program = statementProgram(connection, whole.sql);
	if (whole.keyword === "INSERT") assertRowByRow(round, program);
	const table =
		whole.keyword === "INSERT" ? valuesTable(connection, round, program) : tableReadAgain(connection, round, program);
	if (table !== undefined) throw readingRounds(whole, table, roundLanguage);
}

function assertRowByRow({ whole }: RoundStatement, program: StatementProgram): void {
	if (program.aggregates) throw aggregateRounds(whole);
	if (program.limits) throw limitedRounds(whole);
}

function written({ opened }: StatementProgram): ReadonlySet<string> {
	return new Set(opened.flatMap(({ opcode, tree }) => (opcode === "OpenWrite" ? [tree] : [])));
}

/** The table of an INSERT, when a subquery reads it for a value. A source of the rows, and a condition, may be the table itself. */
function valuesTable(
	connection: SqliteConnection,
	{ values }: RoundStatement,
	program: StatementProgram,
): string | undefined {
	if (values === undefined) return undefined;
	const read = new Set(
		statementProgram(connection, values).opened.flatMap(({ inSubquery, tree }) => (inSubquery ? [tree] : [])),
	);
	const targets = tablesOf(connection, new Set([...written(program), ...program.writtenByTriggers]));
	return targets.find(({ all }) => [...all].some((tree) => read.has(tree)))?.name;
}

/** The table of an UPDATE or a DELETE, when it is read besides the rows that are changed. */
function tableReadAgain(
	connection: SqliteConnection,
	{ whole, changed }: RoundStatement,
	program: StatementProgram,
): string | undefined {
	const { virtualTarget, virtualReads, writtenByTriggers } = program;
	if (virtualTarget !== undefined) return (virtualReads.get(virtualTarget) ?? 0) > 1 ? changed : undefined;
	const plan = queryPlan(connection, whole.sql);
	const targets = tablesOf(connection, written(program));
	if (targets.length > 0) return targets.find((table) => otherReads(table, program, plan) > 0)?.name;
	// A view, which is changed by its triggers, reads their tables by itself.
	if (changed === undefined || writtenByTriggers.size === 0) return undefined;
	const view = `SELECT * FROM ${changed}`;
	const [ofView, planOfView] = [statementProgram(connection, view), queryPlan(connection, view)];
	return tablesOf(connection, writtenByTriggers).find(
		(table) => allReads(table, program, plan) > allReads(table, ofView, planOfView),
	)?.name;
}

/** How many times a table is read. */
function allReads({ rows, indexes }: TableTrees, { opened }: StatementProgram, plan: QueryPlan): number {
	const cursors = opened.filter(({ opcode, tree }) => opcode === "OpenRead" && tree === rows);
	return new Set(cursors.map(({ cursor }) => cursor)).size + plan.coveringReads(indexes, false);
}

/** How many times a table is read besides by the loop that finds the rows to change. */
function otherReads(table: TableTrees, program: StatementProgram, plan: QueryPlan): number {
	const all = allReads(table, program, plan);
	// With FROM the loop is one of a join.
	if (plan.outerLoops > 1) return all - 1;
	const [first] = program.opened.filter(({ tree }) => table.all.has(tree));
	// Where the loop writes at once it opens nothing to read, and where it goes through an index alone it reads no rows.
	const readByLoop = first?.opcode === "OpenRead" && first.tree === table.rows ? 1 : 0;
	const covering = plan.coveringReads(table.indexes, true) - plan.coveringReads(table.indexes, false);
	return all - readByLoop + covering;
}
