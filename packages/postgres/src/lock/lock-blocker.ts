import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import { quoteLiteral } from "../tables/literal.ts";

/**
 * Returns who has a lock on a table that a statement names, and for how long. Belongs after a lock timeout, when nobody is
 * waited for any more: whoever it was is most likely still there.
 */
export async function lockBlocker(connection: PostgresConnection, sql: string): Promise<string> {
	const [row] = await queryRows(
		connection,
		`SELECT a.pid, a.application_name, a.usename, c.relname, date_trunc('second', clock_timestamp() - a.xact_start)::text AS age, left(a.query, 200) AS query FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) JOIN pg_class AS c ON c.oid = l.relation WHERE l.granted AND l.locktype = 'relation' AND a.pid <> pg_backend_pid() AND c.relkind IN ('r', 'p', 'm', 'v') AND position(lower(c.relname) IN lower(${quoteLiteral(sql)})) > 0 ORDER BY a.xact_start LIMIT 1`,
	);
	const advice = "wait until it is over, or allow more time with x-ddl-lock-timeout in the database URL";
	if (row === undefined) return `another session had a lock on it; ${advice}`;
	const { pid, application_name: application, usename: user, relname: table, age, query } = row;
	return `backend ${pid} (application "${application}", user ${user}) has a lock on ${table}, in a transaction of ${age}: ${query}; ${advice}`;
}
