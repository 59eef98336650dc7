import { cleanUpAfter, type LockOptions, MigrateError } from "@godwit/core";
import { callQueue } from "./call-queue.ts";
import { waitForAccess } from "./connection/busy-retry.ts";
import type { DatabaseAccess } from "./connection/database-access.ts";
import { sessionSettings } from "./connection/session-settings.ts";
import { databaseError } from "./sqlite-error.ts";
import type { Statement } from "./statement-splitter.ts";
import type { SqliteConfig } from "./url/sqlite-config.ts";

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
	const settings = sessionSettings(access, config, borrowed);
	const queue = callQueue();
	let closed = false;
	/** Callers of `transaction` at work: calls made meanwhile belong to it. */
	let nested = 0;

	async function call<T>(work: () => T | Promise<T>): Promise<T> {
		assertOpen();
		return nested > 0 ? describing(work) : queue.run(() => alone(work));
	}

	async function alone<T>(work: () => T | Promise<T>): Promise<T> {
		assertOpen();
		return describing(async () => {
			let result: T;
			try {
				if (borrowed) assertOutsideTransaction();
				result = await work();
			} catch (error) {
				throw await cleanUpAfter(databaseError(connection, path, error), settings.giveBack);
			}
			await settings.giveBack();
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
		prepare: settings.prepare,
		watch: settings.watch,
		end() {
			closed = true;
		},
	};
}
