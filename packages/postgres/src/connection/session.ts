import {
	type BackoffOptions,
	cleanUpAfter,
	createTrace,
	isMigrateError,
	MigrateError,
	withBackoff,
} from "@godwit/core";
import { type AdvisoryLock, advisoryKeys, advisoryLock } from "../lock/advisory-lock.ts";
import { BACKEND_START } from "../lock/server-session.ts";
import { connectError, connectionLostError, databaseError, sqlState } from "../postgres-error.ts";
import { type OwnStatements, ownStatements } from "../tables/own-statement.ts";
import { type TableNames, tableNames } from "../tables/table-names.ts";
import type { MigrationsTable } from "../url/migrations-table.ts";
import { callerSettings, RESET } from "./lent-connection.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { queryRows } from "./query-rows.ts";

const trace = createTrace("godwit:postgres");

/** A connection, and what is known of it. */
export interface Connected {
	readonly connection: PostgresConnection;
	readonly names: TableNames;
	/** golang-migrate's lock; `undefined` where an advisory lock would not be this driver's alone, or would keep nobody out. */
	readonly advisory: AdvisoryLock | undefined;
	/** When the server process began that the session is, as `BACKEND_START` has it; `undefined` where that is not shown. */
	readonly since: string | undefined;
	/** Whether the session is this driver's alone, and stays it between transactions. */
	readonly own: boolean;
	/** Over godwit's own tables. */
	readonly statements: OwnStatements;
	/** The statements after which no setting is left that a migration has made; none where each transaction may have another session. */
	readonly reset: readonly string[];
	/** What the lock cannot keep out; `undefined` when it keeps out what it should. */
	readonly notice: string | undefined;
}

/** The connection of one driver: made when it is needed, and made again after it was lost. */
export interface Session {
	/**
	 * Does `work` on the connection.
	 *
	 * @throws MigrateError `ERR_CONNECTION_LOST`, `ERR_DATABASE`.
	 */
	call<T>(work: (connected: Connected) => Promise<T>): Promise<T>;
	/** As `call`, for work that can be done again: it is, once, when the connection was lost in its midst. */
	repeatable<T>(work: (connected: Connected) => Promise<T>): Promise<T>;
	/** Connects, and waits for a server that is away or starting. @throws MigrateError `ERR_DATABASE`, what `signal` says. */
	ready(options: BackoffOptions): Promise<void>;
	close(): Promise<void>;
}

export interface SessionOptions {
	/** The database, for messages. */
	readonly name: string;
	readonly connect: () => Promise<PostgresConnection>;
	readonly table: MigrationsTable;
	/** What golang-migrate calls the database, from its name: the path of the URL. */
	readonly lockName: (database: string) => string;
	/** Whether the session is a caller's, whose settings are as they were after each call. Default false. */
	readonly lent?: boolean;
	/** Whether the lock is held, so that a server that is away for a moment is waited for. */
	readonly held: () => boolean;
	/** Called after a connection was lost under the lock and another one was made. */
	readonly regain: (connected: Connected) => Promise<void>;
}

/** How long a server that was lost under the lock may be away, in milliseconds: long enough for a standby to take over. */
const AWAY_MS = 10_000;

/** A server that starts, stops, or is not there yet; also its name. */
const AWAY = new Set([
	"ECONNREFUSED",
	"ECONNRESET",
	"EPIPE",
	"ETIMEDOUT",
	"EHOSTUNREACH",
	"ENOTFOUND",
	"EAI_AGAIN",
	"ENOENT",
	"57P01",
	"57P02",
	"57P03",
	"25006",
	"08006",
	"08001",
]);

/** @returns What the last attempt failed with, when the time is up. @throws MigrateError for what no waiting cures. */
async function connectWaiting(
	options: SessionOptions,
	backoff: BackoffOptions,
): Promise<Connected | { readonly error: unknown }> {
	let error: unknown;
	const made = await withBackoff(async () => {
		try {
			return await connectOnce(options);
		} catch (cause) {
			if (!AWAY.has(isMigrateError(cause, "ERR_DATABASE") ? (cause.details.resultCode ?? "") : "")) throw cause;
			error = cause;
			return undefined;
		}
	}, backoff);
	return made ?? { error };
}

export function session(options: SessionOptions): Session {
	const { name, held, regain } = options;
	let current: Connected | undefined;
	/** A connection was lost under the lock, and the lock is not known to be held again. */
	let owing = false;
	/** The server has not come back in the time that it may be away, so that it is asked for once from now on. */
	let gone = false;

	async function connected(): Promise<Connected> {
		if (current !== undefined && current.connection.lost === undefined && !owing) return current;
		if (current?.connection.lost !== undefined) {
			const { connection } = current;
			owing = held();
			current = undefined;
			await connection.close();
		}
		current ??= owing ? await connectAgain() : await connectOnce(options);
		if (owing) await regainLock(current);
		return current;
	}

	async function regainLock(made: Connected): Promise<void> {
		try {
			await regain(made);
			owing = false;
		} catch (error) {
			// When another run has the lock, reads go on, and changes are refused for what is in its row.
			if (isMigrateError(error, "ERR_LOCK_LOST")) owing = false;
			throw failureOf(made, error);
		}
	}

	function failureOf({ connection: { lost } }: Connected, error: unknown): unknown {
		// What was found out before the connection went is still true.
		if (lost !== undefined && !isMigrateError(error)) return connectionLostError(name, lost);
		return databaseError(name, error);
	}

	async function connectAgain(): Promise<Connected> {
		trace("%s: connecting again", name);
		const made = await connectWaiting(options, { timeoutMs: gone ? 0 : AWAY_MS });
		gone = "error" in made;
		if ("error" in made) throw made.error;
		return made;
	}

	async function call<T>(work: (connected: Connected) => Promise<T>): Promise<T> {
		const made = await connected();
		try {
			return await (options.lent === true && made.own ? restoring(made, work) : work(made));
		} catch (error) {
			throw failureOf(made, error);
		}
	}

	return {
		call,
		async repeatable(work) {
			try {
				return await call(work);
			} catch (error) {
				if (!isMigrateError(error, "ERR_CONNECTION_LOST")) throw error;
				return call(work);
			}
		},
		async ready(backoff) {
			if (current !== undefined && current.connection.lost === undefined) return;
			const made = await connectWaiting(options, backoff);
			if ("error" in made) throw made.error;
			current = made;
		},
		async close() {
			const open = current;
			current = undefined;
			await open?.connection.close();
		},
	};
}

const DESCRIBE = `SELECT current_schema() AS schema, current_database() AS database, pg_backend_pid()::text AS backend, version() AS product, (SELECT ${BACKEND_START} FROM pg_stat_activity WHERE pid = pg_backend_pid()) AS since`;

/** Does `work` in a session of the caller's. */
async function restoring<T>(connected: Connected, work: (connected: Connected) => Promise<T>): Promise<T> {
	const { connection } = connected;
	const reset = await callerSettings(connection);
	const restore = async (): Promise<void> => {
		if (connection.lost === undefined) await connection.send(reset.join("; "));
	};
	let result: T;
	try {
		result = await work({ ...connected, reset });
	} catch (error) {
		throw await cleanUpAfter(error, restore);
	}
	await restore();
	return result;
}

async function connectOnce({ name, connect, table, lockName, lent = false }: SessionOptions): Promise<Connected> {
	let connection: PostgresConnection | undefined;
	try {
		connection = await connect();
		const [described] = await queryRows(connection, DESCRIBE);
		const schema = table.schema ?? described?.schema;
		if (schema === null || schema === undefined) throw noSchema(name);
		const names = tableNames(schema, table.name);
		const own = connection.backend === undefined || String(connection.backend) === described?.backend;
		const notice = own ? noticeOf(described?.product) : POOLED;
		const shared = connection.backend !== undefined && notice === undefined;
		const database = String(described?.database);
		const advisory = shared ? advisoryLock(connection, advisoryKeys(database, lockName(database), names)) : undefined;
		const since = described?.since ?? undefined;
		const statements = ownStatements(connection, own && !lent);
		return { connection, names, advisory, since, own, statements, reset: own ? RESET : [], notice };
	} catch (error) {
		await connection?.close();
		trace("%s: cannot connect: %s", name, sqlState(error));
		throw connection === undefined ? connectError(name, error) : databaseError(name, error);
	}
}

const POOLED =
	"this connection goes through a pooler that gives each transaction another session: golang-migrate is not kept out, only other runs of godwit are, and no timeouts are set outside a transaction";

function noticeOf(product: string | null | undefined): string | undefined {
	// See https://www.cockroachlabs.com/docs/stable/functions-and-operators
	if (product?.startsWith("CockroachDB")) {
		return "CockroachDB has no advisory locks: golang-migrate is not kept out, only other runs of godwit are";
	}
	return undefined;
}

function noSchema(name: string): MigrateError<"ERR_DATABASE"> {
	const message = `${name}: no schema of the search_path exists, or none that this user may use; create it, or name another one with ?options=-csearch_path%3DSCHEMA in the database URL`;
	return new MigrateError("ERR_DATABASE", message, {});
}
