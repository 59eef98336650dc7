import { crc32 } from "node:zlib";
import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import type { TableNames } from "../tables/table-names.ts";

/** See https://github.com/golang-migrate/migrate/blob/v4.19.0/database/util.go */
const SALT = 1_486_364_155n;

/**
 * The key of golang-migrate's lock. Go: database.GenerateAdvisoryLockId.
 *
 * @param database The path of the URL with its slash, as golang-migrate takes it; the database's own name for a URL without.
 */
export function advisoryKey(database: string, { schema, table }: Pick<TableNames, "schema" | "table">): bigint {
	const sum = crc32([schema, table, database].join("\0"));
	return (BigInt(sum) * SALT) % 2n ** 32n;
}

/** Tries once. @returns Whether the session has the lock now. */
export async function tryAdvisoryLock(connection: PostgresConnection, key: bigint): Promise<boolean> {
	const [result] = await connection.send(`SELECT pg_try_advisory_lock(${key}) AS taken`);
	return result?.rows[0]?.taken === "t";
}

/** Gives it back; does nothing when the session does not have it. */
export async function releaseAdvisoryLock(connection: PostgresConnection, key: bigint): Promise<void> {
	const [result] = await connection.send(`SELECT 1 FROM pg_locks WHERE ${isKey(key)} AND pid = pg_backend_pid()`);
	if (result !== undefined && result.rows.length > 0) await connection.send(`SELECT pg_advisory_unlock(${key})`);
}

/** A session that has the lock of a key. */
export interface AdvisoryHolder {
	readonly backend: number;
	/** For messages: `backend 4711 of the application "migrate" at 10.0.0.7`. */
	readonly description: string;
	/** How long it is connected, what it does, and for how long: `connected for 00:03:12, active for 00:00:02: CREATE INDEX ...`. */
	readonly activity: string;
}

/** Who has the lock. */
export async function advisoryHolder(connection: PostgresConnection, key: bigint): Promise<AdvisoryHolder | undefined> {
	const [row] = await queryRows(
		connection,
		`SELECT pid, application_name, coalesce(host(client_addr), 'a socket of the server') AS client, state, ${age("backend_start")} AS age, ${age("state_change")} AS state_age, left(query, 200) AS query FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE ${isKey(key)} LIMIT 1`,
	);
	if (row === undefined) return undefined;
	const { pid, application_name: application, client, state, age: connectedFor, state_age: stateFor, query } = row;
	const what =
		application === null || application === "" ? "an application without a name" : `the application "${application}"`;
	return {
		backend: Number(pid),
		description: `backend ${pid} of ${what} at ${client}`,
		activity: `connected for ${connectedFor}, ${state} for ${stateFor}: ${query}`,
	};
}

/** For a column of `pg_stat_activity`. */
function age(column: string): string {
	return `date_trunc('second', clock_timestamp() - ${column})::text`;
}

function isKey(key: bigint): string {
	// A lock with one key of 64 bits, see https://www.postgresql.org/docs/current/view-pg-locks.html
	return `locktype = 'advisory' AND granted AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND classid = ${key >> 32n} AND objid = ${key & 0xffff_ffffn}`;
}
