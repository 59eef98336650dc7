import { cleanUpAfter, type LockOptions, MigrateError } from "@godwit/core";
import { databaseError } from "../sqlite-error.ts";
import type { Statement } from "../statements/statement.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import { waitForAccess } from "./busy-retry.ts";
import type { DatabaseAccess } from "./database-access.ts";
import { sessionSettings } from "./session-settings.ts";

/** What holds for every use of the connection: before it, after it, and when it fails. */
export interface ConnectionSession {
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
}

export interface ConnectionSessionOptions {
	readonly access: DatabaseAccess;
	/** The database's file, for messages. */
	readonly path: string;
	readonly config: SqliteConfig;
	/** The caller's own connection: between two calls its settings are as the caller left them. */
	readonly borrowed: boolean;
	/** Whether others stay kept off after a call. */
	readonly stays: () => boolean;
}

export function connectionSession(options: ConnectionSessionOptions): ConnectionSession {
	const { access, path, config, borrowed, stays } = options;
	const { connection } = access;
	const { busyTimeoutMs, lockTimeoutMs } = config;
	const settings = sessionSettings(access, config, borrowed);

	async function call<T>(work: () => T | Promise<T>): Promise<T> {
		let result: T;
		try {
			if (borrowed) assertOutsideTransaction();
			result = await work();
		} catch (error) {
			throw await cleanUpAfter(databaseError(connection, path, error), settings.giveBack);
		}
		try {
			await settings.giveBack();
		} catch (error) {
			throw databaseError(connection, path, error);
		}
		return result;
	}

	async function entered<T>(work: () => T | Promise<T>): Promise<T> {
		if (!access.entered) await waitForAccess(connection, () => access.join(), { busyTimeoutMs, lockTimeoutMs, path });
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
		await settings.giveBack();
		await access.leave();
	}

	/** In the caller's own transaction foreign keys could not be switched off, nor a failure be rolled back. */
	function assertOutsideTransaction(): void {
		if (!connection.inTransaction) return;
		const message = `${path} is inside a transaction of the application's; commit it or roll it back first`;
		throw new MigrateError("ERR_DATABASE", message, {});
	}

	function peek<T>(work: () => T): Promise<T> {
		return access.read(() => {
			settings.makeOurs();
			const result = work();
			if (!stays()) settings.makeTheirs();
			return result;
		});
	}

	return {
		call,
		peek,
		leave,
		write: (work) => call(() => entered(work)),
		read: (work, waiting) =>
			call(() => waitForAccess(connection, () => peek(work), { busyTimeoutMs, lockTimeoutMs, path, ...waiting })),
		prepare: settings.prepare,
		watch: settings.watch,
	};
}
