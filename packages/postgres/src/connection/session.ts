import { createTrace, isMigrateError, MigrateError, withBackoff } from "@godwit/core";
import { advisoryKey } from "../lock/advisory-lock.ts";
import { connectError, connectionLostError, databaseError, sqlState } from "../postgres-error.ts";
import { type TableNames, tableNames } from "../tables/table-names.ts";
import type { MigrationsTable } from "../url/migrations-table.ts";
import type { PostgresConnection } from "./postgres-connection.ts";

const trace = createTrace("godwit:postgres");

/** A connection, and what is known of it. */
export interface Connected {
	readonly connection: PostgresConnection;
	readonly names: TableNames;
	/** Of golang-migrate's lock; `undefined` where an advisory lock would not be this driver's alone, or would keep nobody out. */
	readonly advisory: bigint | undefined;
	/** Whether the session is this driver's alone, and stays it between transactions. */
	readonly own: boolean;
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
	/** The connection that there is; `undefined` when there is none, or when it is lost. */
	readonly current: Connected | undefined;
	close(): Promise<void>;
}

export interface SessionOptions {
	/** The database, for messages. */
	readonly name: string;
	readonly connect: () => Promise<PostgresConnection>;
	readonly table: MigrationsTable;
	/** The path of the URL with its slash; `undefined` for one without, and where nobody else can be. */
	readonly path: string | undefined;
	/** Whether the lock is held, so that a server that is away for a moment is waited for. */
	readonly held: () => boolean;
	/** Called after a connection was lost under the lock and another one was made. */
	readonly regain: (connected: Connected) => Promise<void>;
}

/** How long a server that was lost under the lock may be away, in milliseconds: long enough for a standby to take over. */
const AWAY_MS = 10_000;

/** A server that starts, stops, or is not there yet. */
const AWAY = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "57P01", "57P02", "57P03", "25006", "08006", "08001"]);

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
			owing = held();
			current = undefined;
		}
		current ??= owing ? await connectAgain() : await connectOnce(options);
		if (owing) await regain(current);
		owing = false;
		return current;
	}

	async function connectAgain(): Promise<Connected> {
		trace("%s: connecting again", name);
		let last: unknown;
		const made = await withBackoff(
			async () => {
				try {
					return await connectOnce(options);
				} catch (error) {
					if (!AWAY.has(isMigrateError(error, "ERR_DATABASE") ? (error.details.resultCode ?? "") : "")) throw error;
					last = error;
					return undefined;
				}
			},
			{ timeoutMs: gone ? 0 : AWAY_MS },
		);
		gone = made === undefined;
		if (made === undefined) throw last;
		return made;
	}

	return {
		get current() {
			return current?.connection.lost === undefined ? current : undefined;
		},
		async call(work) {
			const use = await connected();
			try {
				return await work(use);
			} catch (error) {
				const { lost } = use.connection;
				// What was found out before the connection went is still true.
				if (lost !== undefined && !isMigrateError(error)) throw connectionLostError(name, lost);
				throw databaseError(name, error);
			}
		},
		async close() {
			const open = current;
			current = undefined;
			await open?.connection.close();
		},
	};
}

const DESCRIBE =
	"SELECT current_schema() AS schema, current_database() AS database, pg_backend_pid()::text AS backend, version() AS product";

async function connectOnce({ name, connect, table, path }: SessionOptions): Promise<Connected> {
	let connection: PostgresConnection | undefined;
	try {
		connection = await connect();
		const [result] = await connection.send(DESCRIBE);
		const { schema: found, database, backend, product } = result?.rows[0] ?? {};
		const schema = table.schema ?? found;
		if (schema === null || schema === undefined) throw noSchema(name);
		const names = tableNames(schema, table.name);
		const own = connection.backend === undefined || String(connection.backend) === backend;
		const notice = own ? noticeOf(product) : POOLED;
		const shared = connection.backend !== undefined && notice === undefined;
		const advisory = shared ? advisoryKey(path ?? String(database), names) : undefined;
		return { connection, names, advisory, own, notice };
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
