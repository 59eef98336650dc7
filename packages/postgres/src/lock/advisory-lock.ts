import { crc32 } from "node:zlib";
import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import type { TableNames } from "../tables/table-names.ts";

/** See https://github.com/golang-migrate/migrate/blob/v4.19.0/database/util.go */
const SALT = 1_486_364_155n;

/**
 * A key of golang-migrate's lock. Go: database.GenerateAdvisoryLockId.
 *
 * @param database The path of the URL with its slash, as golang-migrate takes it; the database's own name for a URL without.
 */
export function advisoryKey(database: string, { schema, table }: Pick<TableNames, "schema" | "table">): bigint {
	const sum = crc32([schema, table, database].join("\0"));
	return (BigInt(sum) * SALT) % 2n ** 32n;
}

/**
 * The keys of the lock of a session: that of the database itself, which is the same however a URL is written, and that of
 * golang-migrate with the same URL, which may be another one: `?dbname=app`, or a pooler's name for the database.
 */
export type AdvisoryKeys = readonly bigint[];

/** @param name What golang-migrate calls the database. */
export function advisoryKeys(database: string, name: string, names: TableNames): AdvisoryKeys {
	return [...new Set([`/${database}`, name])].map((path) => advisoryKey(path, names));
}

/** Tries once, for all keys or none. @returns Whether the session has the lock now. */
export async function tryAdvisoryLock(connection: PostgresConnection, keys: AdvisoryKeys): Promise<boolean> {
	const taken: bigint[] = [];
	for (const key of keys) {
		const [result] = await connection.send(`SELECT pg_try_advisory_lock(${key}) AS taken`);
		if (result?.rows[0]?.taken !== "t") {
			await releaseAdvisoryLock(connection, taken);
			return false;
		}
		taken.push(key);
	}
	return true;
}

/**
 * The SQL of whether the session has the lock, which it takes again if a body has given it away and nobody has it meanwhile:
 * `pg_advisory_unlock_all()`, `DISCARD ALL`.
 */
export function keptAdvisoryLock(keys: AdvisoryKeys): string {
	const kept = keys.map(
		(key) =>
			// A session has locks of its own database alone, and this is asked after each body.
			`CASE WHEN EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND ${isOneOf([key])}) THEN TRUE ELSE pg_try_advisory_lock(${key}) END`,
	);
	return kept.join(" AND ");
}

/** Gives it back; does nothing when the session does not have it. */
export async function releaseAdvisoryLock(connection: PostgresConnection, keys: AdvisoryKeys): Promise<void> {
	for (const key of keys) {
		const [result] = await connection.send(`SELECT 1 FROM pg_locks WHERE ${isKey([key])} AND pid = pg_backend_pid()`);
		if (result !== undefined && result.rows.length > 0) await connection.send(`SELECT pg_advisory_unlock(${key})`);
	}
}

/** A session that has the lock. */
export interface AdvisoryHolder {
	readonly backend: number;
	/** For messages: `backend 4711 of the application "migrate" at 10.0.0.7`. */
	readonly description: string;
	/** How long it is connected, what it does, and for how long: `connected for 00:03:12, active for 00:00:02: CREATE INDEX ...`. */
	readonly activity: string;
}

/** Who has the lock, of any key. */
export async function advisoryHolder(
	connection: PostgresConnection,
	keys: AdvisoryKeys,
): Promise<AdvisoryHolder | undefined> {
	const [row] = await queryRows(
		connection,
		`SELECT pid, application_name, coalesce(host(client_addr), 'a socket of the server') AS client, state, ${age("backend_start")} AS age, ${age("state_change")} AS state_age, left(query, 200) AS query FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE ${isKey(keys)} LIMIT 1`,
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

function isKey(keys: AdvisoryKeys): string {
	return `${isOneOf(keys)} AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
}

/** In whichever database. */
function isOneOf(keys: AdvisoryKeys): string {
	// A lock with one key of 64 bits, see https://www.postgresql.org/docs/current/view-pg-locks.html
	const halves = keys.map((key) => `(${key >> 32n}, ${key & 0xffff_ffffn})`);
	return `locktype = 'advisory' AND granted AND objsubid = 1 AND (classid::bigint, objid::bigint) IN (${halves.join(", ")})`;
}
