import type { Statement } from "../statements/statement.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import { bodyChanges } from "./body-changes.ts";
import { retryWhileBusy } from "./busy-retry.ts";
import { readSettings, type Settings, writeSettings } from "./connection-state.ts";
import type { DatabaseAccess } from "./database-access.ts";
import type { SqlValue } from "./sqlite-connection.ts";

/**
 * The settings of the connection: ours while a call runs, on the caller's own connection theirs between two calls, and
 * those that a body has changed put back before the next one; so is what it has attached, and its temporary objects go.
 */
export interface SessionSettings {
	/** Makes the settings ours. Belongs after `enter`. */
	prepare(): Promise<void>;
	/** The same, once, without waiting, and without a look at what a body has changed. */
	makeOurs(): void;
	/** Puts the caller's settings back, which were read by `makeOurs`. */
	makeTheirs(): void;
	/** `makeTheirs`, after what a body has changed was put back. Waits. */
	giveBack(): Promise<void>;
	/** Has to be told of a statement of a body before it runs. @throws MigrateError `ERR_SQL` when it must not run. */
	watch(statement: Statement): void;
}

/** @param borrowed The connection is the caller's own. */
export function sessionSettings(access: DatabaseAccess, config: SqliteConfig, borrowed: boolean): SessionSettings {
	const { connection } = access;
	const { busyTimeoutMs } = config;
	let preparedGeneration = -1;
	let durableGeneration = -1;
	const changes = bodyChanges(connection, busyTimeoutMs);
	/** The caller's settings, until they are given back. */
	let theirs: Settings | undefined;

	function makeOurs(): void {
		if (!borrowed && preparedGeneration === access.generation) return;
		const ours = migrationSettings(config, borrowed);
		// What was busy half-way, or could not be given back, is done again, when the settings are ours in part.
		if (borrowed) theirs ??= readSettings(connection, ours.keys());
		writeSettings(connection, ours);
		preparedGeneration = access.generation;
	}

	/**
	 * Sets how far a commit goes to the disk on our own connection. Before reads it would cost a look at the file. It is set
	 * also where it reads so already: better-sqlite3 lowers what nobody has set as soon as the database is in WAL mode.
	 */
	function makeDurable(): void {
		if (borrowed || durableGeneration === access.generation) return;
		connection.run(`PRAGMA synchronous = ${config.synchronous ?? "full"}`);
		durableGeneration = access.generation;
	}

	function makeTheirs(): void {
		if (theirs === undefined) return;
		writeSettings(connection, theirs);
		theirs = undefined;
	}

	/**
	 * Our own connection is restored before the next body and not after the one that changed it, when a failure to do so
	 * would look like the failure of what has been committed. One that was closed since has nothing to restore.
	 */
	async function restoreChanged(): Promise<void> {
		if (borrowed || preparedGeneration === access.generation) await changes.restore();
		else changes.forget();
	}

	return {
		async prepare() {
			await restoreChanged();
			await retryWhileBusy(connection, busyTimeoutMs, () => {
				makeOurs();
				makeDurable();
			});
		},
		makeOurs,
		makeTheirs,
		async giveBack() {
			if (theirs === undefined) return;
			await restoreChanged();
			await retryWhileBusy(connection, busyTimeoutMs, makeTheirs);
		},
		watch: changes.watch,
	};
}

/**
 * What the driver needs of its connection: foreign keys as configured, because `PRAGMA foreign_keys` does nothing
 * inside a transaction (https://sqlite.org/pragma.html#pragma_foreign_keys), and no busy handler, because SQLite's own
 * blocks the event loop. On the caller's own connection `synchronous` is as configured, or stays.
 */
function migrationSettings({ foreignKeys, synchronous }: SqliteConfig, borrowed: boolean): Settings {
	const settings = new Map<string, SqlValue>([
		["busy_timeout", 0n],
		["foreign_keys", foreignKeys ? 1n : 0n],
	]);
	if (borrowed && synchronous !== undefined) settings.set("synchronous", SYNCHRONOUS[synchronous]);
	return settings;
}

/** @see https://sqlite.org/pragma.html#pragma_synchronous */
const SYNCHRONOUS = { off: 0n, normal: 1n, full: 2n, extra: 3n };
