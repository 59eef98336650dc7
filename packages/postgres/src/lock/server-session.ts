import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { literal } from "../tables/literal.ts";

/** For `pg_stat_activity`: when a server process began, to the microsecond. The same number may be another process's later. */
export const BACKEND_START = `to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** A session of the server. */
export interface ServerSession {
	readonly backend: string;
	readonly since: string | undefined;
}

/** What a session is called in the row. @param since As `Connected.since`. */
export function sessionName(backend: number | undefined, since: string | undefined): string {
	return `backend ${backend}${since === undefined ? "" : ` since ${since}`}`;
}

/** The session that the name of an owner tells; `undefined` for an owner without one, as behind a pooler. */
export function sessionIn(owner: string): ServerSession | undefined {
	const [, backend, since] = /, backend (\d+)(?: since (\S+))? \(/.exec(owner) ?? [];
	return backend === undefined ? undefined : { backend, since };
}

/**
 * Whether a session has not ended. To another user the server may not show when it began: then it is alive while a process of its
 * number has an advisory lock.
 */
export async function isAlive(connection: PostgresConnection, { backend, since }: ServerSession): Promise<boolean> {
	const locks = `EXISTS (SELECT FROM pg_locks AS l WHERE l.locktype = 'advisory' AND l.granted AND l.pid = ${backend})`;
	const same = `coalesce(${BACKEND_START} = ${literal(since)}, ${locks})`;
	const [result] = await connection.send(`SELECT 1 FROM pg_stat_activity WHERE pid = ${backend} AND ${same}`);
	return result !== undefined && result.rows.length > 0;
}
