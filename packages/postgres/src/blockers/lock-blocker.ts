import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import { quoteLiteral } from "../tables/literal.ts";
import { describeSession, describeWork, SESSION_COLUMNS } from "./described-session.ts";
import { MODES, type WantedLock, wantedLock } from "./wanted-lock.ts";

const ADVICE = "wait until it is over, or allow more time with x-ddl-lock-timeout in the database URL";

/**
 * Returns who has a lock that keeps a statement from a table that it names, and for how long. Belongs after a lock timeout, when
 * nobody is waited for any more: whoever it was is most likely still there.
 */
export async function lockBlocker(connection: PostgresConnection, sql: string): Promise<string> {
	const [row] = await queryRows(connection, selectBlockers(wantedLock(sql)));
	if (row === undefined) return `another session had a lock on it; ${ADVICE}`;
	return `${describeSession(row)} has a lock on ${row.relname}, ${describeWork(row)}; ${ADVICE}`;
}

/** The strongest lock first, and of those the oldest. The name of a table of another database means nothing here. */
function selectBlockers({ names, conflicts, rows }: WantedLock): string {
	const modes = list(conflicts);
	// Whoever has changed rows, or locked some, has a lock on the table that conflicts with nothing.
	const ofRows = rows ? " OR l.mode IN ('RowShareLock', 'RowExclusiveLock')" : "";
	return `WITH RECURSIVE named AS (
			SELECT coalesce(i.indrelid, c.oid) AS oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
			WHERE c.relname IN (${list(names)}) AND (pg_table_is_visible(c.oid) OR n.nspname IN (${list(names)}))
			UNION SELECT h.inhrelid FROM pg_inherits AS h JOIN named ON h.inhparent = named.oid)
		SELECT ${SESSION_COLUMNS}, c.relname
		FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) JOIN pg_class AS c ON c.oid = l.relation
		WHERE l.granted AND l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
			AND a.pid <> pg_backend_pid() AND c.relkind IN ('r', 'p', 'm', 'v') AND l.relation IN (SELECT oid FROM named) AND (l.mode IN (${modes})${ofRows})
		ORDER BY l.mode IN (${modes}) DESC, array_position(ARRAY[${list(MODES)}], l.mode) DESC, a.xact_start LIMIT 1`;
}

function list(texts: readonly string[]): string {
	return texts.length === 0 ? "NULL" : texts.map(quoteLiteral).join(", ");
}
