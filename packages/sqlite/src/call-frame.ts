import { cleanUpAfter, type LockOptions, MigrateError } from "@godwit/core";
import { retryWhileBusy, waitForAccess } from "./busy-retry.ts";
import {
	type ConnectionState,
	changesConnection,
	readConnectionState,
	readSettings,
	restoreConnectionState,
	type Settings,
	writeSettings,
} from "./connection-state.ts";
import type { DatabaseAccess } from "./database-access.ts";
import type { SqliteConfig } from "./sqlite-config.ts";
import type { SqlValue } from "./sqlite-connection.ts";
import { databaseError } from "./sqlite-error.ts";
import type { Statement } from "./statement-splitter.ts";

/** What holds for every call of the driver: before it, after it, and when it fails. */
export interface CallFrame {
	/** Runs what may change the database, with others kept off, from now on or since the lock was taken. */
	write<T>(work: () => T | Promise<T>): Promise<T>;
	/** Runs reads of a few rows. */
	read<T>(work: () => T, options: LockOptions): Promise<T>;
	/** Runs what enters and leaves by itself. */
	call<T>(work: () => Promise<T>): Promise<T>;
	/** Reads a few rows, once, without waiting. @throws DatabaseHeldError */
	peek<T>(work: () => T): Promise<T>;
	/** Makes the connection ours. Belongs after `enter`. */
	prepare(): Promise<void>;
	/** Gives the caller's settings back, and lets others in. */
	leave(): Promise<void>;
	/** Has to be told of a statement of a body before it runs. */
	watch(statement: Statement): void;
	/** Runs what the caller does in a transaction: calls belong to it meanwhile. */
	nest<T>(work: () => Promise<T>): Promise<T>;
	/** Every later call is `ERR_CLOSED`. */
	end(): void;
}

export interface CallFrameOptions {
	readonly access: DatabaseAccess;
	/** The database's file, for messages. */
	readonly path: string;
	readonly config: SqliteConfig;
	/** The caller's own connection: between two calls its settings are as the caller left them. */
	readonly borrowed: boolean;
	/** Tells that others stay kept off after the call. */
	readonly stays: () => boolean;
	/** Does what an earlier call has left to do. */
	readonly settle: () => Promise<void>;
}

export function callFrame({ access, path, config, borrowed, stays, settle }: CallFrameOptions): CallFrame {
	const { connection } = access;
	const { busyTimeoutMs, lockTimeoutMs } = config;
	let closed = false;
	/** Callers of `transaction` at work: calls made meanwhile belong to it. */
	let nested = 0;
	/** The call that the next one waits for. */
	let last: Promise<unknown> | undefined;
	let preparedGeneration = -1;
	/** The connection's state before the first statement of a body that may have changed it, until it is restored. */
	let beforeChange: ConnectionState | undefined;
	/** The caller's settings, until they are given back. */
	let theirs: Settings | undefined;

	/** One call at a time: they share a connection, and its transaction. */
	async function call<T>(work: () => T | Promise<T>): Promise<T> {
		assertOpen();
		if (nested > 0) return describing(work);
		const before = last;
		const turn = before === undefined ? alone(work) : before.then(() => alone(work));
		const over = turn.then(ignore, ignore);
		last = over;
		try {
			return await turn;
		} finally {
			if (last === over) last = undefined;
		}
	}

	async function alone<T>(work: () => T | Promise<T>): Promise<T> {
		assertOpen();
		return describing(async () => {
			let result: T;
			try {
				if (borrowed) assertOutsideTransaction();
				result = await work();
			} catch (error) {
				throw await cleanUpAfter(databaseError(connection, path, error), giveBack);
			}
			await giveBack();
			return result;
		});
	}

	async function describing<T>(work: () => T | Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			throw databaseError(connection, path, error);
		}
	}

	function assertOpen(): void {
		if (closed) throw new MigrateError("ERR_CLOSED", `the driver of ${path} is closed`, undefined);
	}

	async function entered<T>(work: () => T | Promise<T>): Promise<T> {
		if (!access.entered) await waitForAccess(connection, () => access.join(), { busyTimeoutMs, lockTimeoutMs, path });
		let result: T;
		try {
			await prepare();
			result = await work();
		} catch (error) {
			throw stays() ? error : await cleanUpAfter(error, leave);
		}
		if (!stays()) await leave();
		return result;
	}

	async function prepare(): Promise<void> {
		await restoreChanged();
		await retryWhileBusy(connection, busyTimeoutMs, makeOurs);
	}

	function makeOurs(): void {
		if (!borrowed && preparedGeneration === access.generation) return;
		const ours = migrationSettings(config);
		// What was busy half-way, or could not be given back, is done again, when the settings are ours in part.
		if (borrowed) theirs ??= readSettings(connection, ours.keys());
		writeSettings(connection, ours);
		preparedGeneration = access.generation;
	}

	function makeTheirs(): void {
		if (theirs === undefined) return;
		writeSettings(connection, theirs);
		theirs = undefined;
	}

	async function leave(): Promise<void> {
		await giveBack();
		await access.leave();
	}

	async function giveBack(): Promise<void> {
		if (theirs === undefined) return;
		await restoreChanged();
		await retryWhileBusy(connection, busyTimeoutMs, makeTheirs);
	}

	/**
	 * Our own connection is restored before the next body and not after the one that changed it, when a failure to do so
	 * would look like the failure of what has been committed. One that was closed since has nothing to restore.
	 */
	async function restoreChanged(): Promise<void> {
		const state = beforeChange;
		if (state === undefined) return;
		if (borrowed || preparedGeneration === access.generation) {
			await retryWhileBusy(connection, busyTimeoutMs, () => restoreConnectionState(connection, state));
		}
		beforeChange = undefined;
	}

	/** In the caller's own transaction foreign keys could not be switched off, nor a failure be rolled back. */
	function assertOutsideTransaction(): void {
		if (!connection.inTransaction) return;
		const message = `${path} is inside a transaction of the application's; commit it or roll it back first`;
		throw new MigrateError("ERR_DATABASE", message, {});
	}

	function peek<T>(work: () => T): Promise<T> {
		return access.read(() => {
			makeOurs();
			const result = work();
			if (!stays()) makeTheirs();
			return result;
		});
	}

	return {
		call,
		peek,
		leave,
		async nest(work) {
			nested++;
			try {
				return await work();
			} finally {
				nested--;
			}
		},
		write: (work) =>
			call(async () => {
				if (nested > 0) return work();
				await settle();
				return entered(work);
			}),
		read: (work, options) =>
			call(async () => {
				if (nested === 0) await settle();
				return waitForAccess(connection, () => peek(work), { busyTimeoutMs, lockTimeoutMs, path, ...options });
			}),
		prepare,
		watch(statement) {
			if (changesConnection(statement)) beforeChange ??= readConnectionState(connection);
		},
		end() {
			closed = true;
		},
	};
}

function ignore(): void {}

/**
 * What the driver needs of its connection: foreign keys as configured, because `PRAGMA foreign_keys` does nothing
 * inside a transaction (https://sqlite.org/pragma.html#pragma_foreign_keys), and no busy handler, because SQLite's own
 * blocks the event loop.
 */
function migrationSettings({ foreignKeys, synchronous }: SqliteConfig): Settings {
	const settings = new Map<string, SqlValue>([
		["busy_timeout", 0n],
		["foreign_keys", foreignKeys ? 1n : 0n],
	]);
	if (synchronous !== undefined) settings.set("synchronous", SYNCHRONOUS[synchronous]);
	return settings;
}

/** @see https://sqlite.org/pragma.html#pragma_synchronous */
const SYNCHRONOUS = { off: 0n, normal: 1n, full: 2n, extra: 3n };
