import { crc32 } from "node:zlib";
import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import { shownQuery } from "../statements/shown-query.ts";
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

/** The lock in one session. PostgreSQL counts how often a session has taken it, and frees it when it was given back as often. */
export interface AdvisoryLock {
	readonly keys: AdvisoryKeys;
	/** Tries once, for all keys or none. @returns Whether the session has the lock now. */
	tryTake(): Promise<boolean>;
	/**
	 * Makes the SQL of whether the session has the lock. It takes the lock once more, and so again if a body has given it away and
	 * nobody has it meanwhile: `pg_advisory_unlock_all()`, `DISCARD ALL`. A look into `pg_locks` takes five times as long, after each body.
	 */
	keep(): string;
	/** Gives it back; does nothing when the session does not have it. */
	release(): Promise<void>;
}

export function advisoryLock(connection: PostgresConnection, keys: AdvisoryKeys): AdvisoryLock {
	/** How often it was taken at most: a message that was sent may have failed before that. */
	let taken = 0;

	async function release(): Promise<void> {
		for (const key of keys) await connection.send(giveBack(key, taken));
		taken = 0;
	}

	return {
		keys,
		async tryTake() {
			taken += 1;
			const [result] = await connection.send(`SELECT ${tryAll(keys)} AS taken`);
			if (result?.rows[0]?.taken === "t") return true;
			await release();
			return false;
		},
		keep() {
			taken += 1;
			return tryAll(keys);
		},
		release,
	};
}

function tryAll(keys: AdvisoryKeys): string {
	return keys.map((key) => `pg_try_advisory_lock(${key})`).join(" AND ");
}

/** Ends with the first time that there was nothing to give back, of which the server warns. */
function giveBack(key: bigint, times: number): string {
	const unlock = `pg_advisory_unlock(${key})`;
	const has = `EXISTS (SELECT FROM pg_locks WHERE ${isKey([key])} AND pid = pg_backend_pid())`;
	return `WITH RECURSIVE given(times, had) AS (SELECT 1, ${unlock} WHERE ${has} UNION ALL SELECT times + 1, ${unlock} FROM given WHERE had AND times < ${times}) SELECT count(*) FROM given`;
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
		`SELECT pid, application_name, coalesce(host(client_addr), 'a socket of the server') AS client, state, ${age("backend_start")} AS age, ${age("state_change")} AS state_age, query FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE ${isKey(keys)} LIMIT 1`,
	);
	if (row === undefined) return undefined;
	const { pid, application_name: application, client, state, age: connectedFor, state_age: stateFor, query } = row;
	const what =
		application === null || application === "" ? "an application without a name" : `the application "${application}"`;
	return {
		backend: Number(pid),
		description: `backend ${pid} of ${what} at ${client}`,
		activity: `connected for ${connectedFor}, ${state} for ${stateFor}: ${shownQuery(query ?? "")}`,
	};
}

/** For a column of `pg_stat_activity`. */
function age(column: string): string {
	return `date_trunc('second', clock_timestamp() - ${column})::text`;
}

function isKey(keys: AdvisoryKeys): string {
	// A lock with one key of 64 bits, see https://www.postgresql.org/docs/current/view-pg-locks.html
	const halves = keys.map((key) => `(${key >> 32n}, ${key & 0xffff_ffffn})`);
	return `locktype = 'advisory' AND granted AND objsubid = 1 AND (classid::bigint, objid::bigint) IN (${halves.join(", ")}) AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
}
