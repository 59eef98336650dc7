import type { PostgresConnection, StatementResult } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import type { Target } from "../statements/round-language.ts";
import { quoteLiteral } from "../tables/literal.ts";

/** How many rows the last statement of a message has changed, as the server counts them. */
export function changedRows(results: readonly StatementResult[]): number {
	return Number(/^(?:UPDATE|DELETE|INSERT 0) (\d+)$/.exec(results.at(-1)?.tag ?? "")?.[1] ?? 0);
}

/** How many rows a table or a view has. @param table As SQL. */
export async function rowsOf(connection: PostgresConnection, table: string): Promise<number> {
	const [result] = await connection.send(`SELECT count(*) AS rows FROM ${table}`);
	return Number(result?.rows[0]?.rows);
}

/**
 * Finds out whether something has changed rows in place of a statement, which the server does not count: a rule, or a trigger
 * of a view that returns NULL. Other triggers come in addition to the statement, so that they do not matter.
 *
 * @param work Runs the statement.
 * @returns The name of the table or view; `undefined` when nothing has.
 * @see https://www.postgresql.org/docs/current/rules-status.html
 */
export async function uncountedChanges(
	connection: PostgresConnection,
	target: Target | undefined,
	work: () => Promise<void>,
): Promise<string | undefined> {
	if (target === undefined || !(await isReplaced(connection, target))) {
		await work();
		return undefined;
	}
	const before = await changesOf(connection);
	await work();
	return (await changesOf(connection)) === before ? undefined : target.name;
}

async function isReplaced(connection: PostgresConnection, { name }: Target): Promise<boolean> {
	const [result] = await connection.send(
		`SELECT 1 FROM pg_class AS c WHERE c.oid = to_regclass(${quoteLiteral(name)}) AND (c.relkind = 'v' OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class = c.oid))`,
	);
	return result !== undefined && result.rows.length > 0;
}

/**
 * The names of triggers that are called for each row before it is changed: when one returns NULL the row stays as it is, and is not counted.
 *
 * @param keyword Of the statement: INSERT, DELETE or UPDATE.
 * @see https://www.postgresql.org/docs/current/trigger-definition.html
 */
export async function triggersBeforeRows(
	connection: PostgresConnection,
	{ name }: Target,
	keyword: string,
): Promise<readonly string[]> {
	const called = BEFORE_ROW | (EVENTS[keyword] ?? 0);
	const rows = await queryRows(
		connection,
		`SELECT DISTINCT quote_ident(tgname) AS name FROM pg_trigger WHERE tgrelid = to_regclass(${quoteLiteral(name)}) AND tgtype & ${called} = ${called} AND tgenabled <> 'D' AND NOT tgisinternal ORDER BY 1`,
	);
	return rows.map((row) => String(row.name));
}

/** Bits of `tgtype`, see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/catalog/pg_trigger.h */
const BEFORE_ROW = 0b11;
const EVENTS: Readonly<Record<string, number>> = { INSERT: 4, DELETE: 8, UPDATE: 16 };

/** All rows that this session has changed and not told the server's statistics yet. */
async function changesOf(connection: PostgresConnection): Promise<string | null | undefined> {
	const [result] = await connection.send(
		"SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) AS changes FROM pg_stat_xact_user_tables",
	);
	return result?.rows[0]?.changes;
}
