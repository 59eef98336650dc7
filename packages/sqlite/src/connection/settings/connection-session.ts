import { cleanUpAfter, isMigrateError, MigrateError, type WaitOptions } from "@godwit/core";
import type { Statement } from "@godwit/sql";
import { databaseError, unusableConnectionError } from "../../sqlite-error.ts";
import type { SqliteConfig } from "../../url/sqlite-config.ts";
import type { BorrowedConnection } from "../borrowed-connection.ts";
import { type BusyTimeouts, retryWhileBusy } from "../busy-retry.ts";
import type { DatabaseAccess } from "../database-access.ts";
import { driverTurns } from "../driver-turns.ts";
import type { SqliteConnection } from "../sqlite-connection.ts";
import { sessionSettings } from "./session-settings.ts";

/** What has to be done before and after every use of the connection, and when it fails. */
export interface ConnectionSession {
	/** Runs work that may change the database. Others are kept off for this call, or already since the lock was taken. */
	write<T>(work: () => T | Promise<T>): Promise<T>;
	/** Runs reads of a few rows. */
	read<T>(work: () => T, options: Partial<WaitOptions>): Promise<T>;
	/**
	 * Runs work that itself takes and gives back the locks.
	 *
	 * @param waiting How long to wait for calls of other drivers over the connection; by default the busy timeout.
	 * @throws MigrateError `ERR_LOCK_TIMEOUT` when `waiting` is given, `ERR_BUSY` otherwise.
	 */
	call<T>(work: () => Promise<T>, waiting?: Partial<WaitOptions>): Promise<T>;
	/** Reads a few rows, once, without waiting. @throws DatabaseHeldError */
	readOnce<T>(work: () => T): Promise<T>;
	/** Applies the driver's settings. Waits, by default as configured. Belongs after `enter`. */
	prepare(timeouts?: BusyTimeouts): Promise<void>;
	/** Restores the caller's settings, and lets others in. */
	leave(): Promise<void>;
	/** Called before each statement of a body. @throws MigrateError `ERR_SQL` when the statement must not run. */
	beforeStatement(statement: Statement): void;
	/** Called between two bodies of one transaction. Undoes what the first has changed in the connection and can be undone there. */
	betweenBodies(): void;
}

export interface ConnectionSessionOptions {
	readonly access: DatabaseAccess;
	/** The database's file, for messages. */
	readonly path: string;
	readonly config: SqliteConfig;
	/** What drivers over the connection share, when it is the caller's own: between two calls its settings are as the caller left them. */
	readonly borrowed: BorrowedConnection | undefined;
	/** Whether others stay kept off after a call. */
	readonly stays: () => boolean;
}

export function connectionSession(options: ConnectionSessionOptions): ConnectionSession {
	const { access, path, config, borrowed, stays } = options;
	const { connection } = access;
	const settings = sessionSettings(access, config, borrowed);
	const inTurn = borrowed && driverTurns(borrowed, path, config);

	async function call<T>(work: () => T | Promise<T>, waiting?: Partial<WaitOptions>): Promise<T> {
		return inTurn === undefined ? callNow(work) : inTurn(() => callNow(work), waiting);
	}

	async function callNow<T>(work: () => T | Promise<T>): Promise<T> {
		let result: T;
		try {
			if (borrowed !== undefined) assertUsable(borrowed, connection, path);
			result = await work();
		} catch (error) {
			throw await cleanUpAfter(explained(error), settings.restoreCallerSettings);
		}
		try {
			await settings.restoreCallerSettings();
		} catch (error) {
			throw explained(error);
		}
		return result;
	}

	async function entered<T>(work: () => T | Promise<T>): Promise<T> {
		if (!access.entered) await retryWhileBusy(connection, config, () => access.join());
		let result: T;
		try {
			await settings.prepare();
			result = await work();
		} catch (error) {
			throw stays() ? error : await cleanUpAfter(error, leave);
		}
		if (!stays()) await leave();
		return result;
	}

	async function leave(): Promise<void> {
		await settings.restoreCallerSettings();
		await access.leave();
	}

	/** What the application has done to its connection while a call was under way can show as any error of the binding's. */
	function explained(error: unknown): unknown {
		const usability = borrowed?.usability() ?? "usable";
		if (usability !== "usable" && !isMigrateError(error)) return unusableConnectionError(path, usability, error);
		return databaseError(connection, path, error);
	}

	function readOnce<T>(work: () => T): Promise<T> {
		return access.read(() => {
			settings.applyDriverSettings();
			const result = work();
			if (!stays()) settings.applyCallerSettings();
			return result;
		});
	}

	return {
		call,
		readOnce,
		leave,
		write: (work) => call(() => entered(work)),
		read: (work, waiting) =>
			call(() => retryWhileBusy(connection, { ...config, ...waiting }, () => readOnce(work)), waiting),
		prepare: settings.prepare,
		beforeStatement: settings.beforeStatement,
		betweenBodies: settings.betweenBodies,
	};
}

/** Inside the caller's own transaction, foreign keys cannot be switched off and a failure cannot be rolled back. */
function assertUsable({ usability }: BorrowedConnection, connection: SqliteConnection, path: string): void {
	const found = usability();
	if (found !== "usable") throw unusableConnectionError(path, found);
	if (!connection.inTransaction) return;
	const message = `${path} is inside a transaction of the application's; commit it or roll it back first`;
	throw new MigrateError("ERR_DATABASE", message, {});
}
