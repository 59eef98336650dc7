import type { Statement } from "@godwit/sql";
import type { SqliteConfig } from "../../url/sqlite-config.ts";
import { bodyChanges } from "../body/body-changes.ts";
import { type BorrowedConnection, noChanges } from "../borrowed-connection.ts";
import { type BusyTimeouts, retryWhileBusy } from "../busy-retry.ts";
import type { DatabaseAccess } from "../database-access.ts";
import type { SqlValue } from "../sqlite-connection.ts";
import { readSettings, type Settings, writeSettings } from "./connection-state.ts";

/**
 * The settings of the connection. While a call runs they are the driver's. Between two calls on the caller's own connection
 * they are the caller's. Before the next call, or between two calls, whatever bodies have changed in the connection is undone.
 */
export interface SessionSettings {
	/** Undoes what bodies have changed, and applies the driver's settings. Waits, by default as configured. Belongs after `enter`. */
	prepare(timeouts?: BusyTimeouts): Promise<void>;
	/** Applies the driver's settings alone. Tries once. */
	applyDriverSettings(): void;
	/** Applies the caller's settings, which `applyDriverSettings` has read. Tries once. */
	applyCallerSettings(): void;
	/** Undoes what bodies have changed, and applies the caller's settings. Waits. */
	restoreCallerSettings(): Promise<void>;
	/** Called before each statement of a body. @throws MigrateError `ERR_SQL` when the statement must not run. */
	beforeStatement(statement: Statement): void;
	/** Called between two bodies of one transaction. Undoes what the first has changed in the connection and can be undone there. */
	betweenBodies(): void;
}

/** @param borrowed What drivers over the connection share, when it is the caller's own. */
export function sessionSettings(
	access: DatabaseAccess,
	config: SqliteConfig,
	borrowed: BorrowedConnection | undefined,
): SessionSettings {
	const { connection } = access;
	let preparedGeneration = -1;
	let durableGeneration = -1;
	const pending = borrowed?.pending ?? noChanges();
	const changes = bodyChanges(connection, pending);

	function applyDriverSettings(): void {
		if (borrowed === undefined && preparedGeneration === access.generation) return;
		const driverSettings = migrationSettings(config, borrowed !== undefined);
		if (borrowed !== undefined) noteCallerSettings(driverSettings.keys());
		writeSettings(connection, driverSettings);
		preparedGeneration = access.generation;
	}

	/** Reads each setting once: after a failure half-way some are a driver's, perhaps another one's over this connection. */
	function noteCallerSettings(names: Iterable<string>): void {
		const known = pending.callerSettings ?? new Map();
		const unknown = [...names].filter((name) => !known.has(name));
		pending.callerSettings = new Map([...known, ...readSettings(connection, unknown)]);
	}

	/**
	 * Sets `synchronous` on a connection that the driver has opened. Not before reads, where it would cost a read of the file.
	 * It is set also where it has the value already: better-sqlite3 lowers a value that was not set as soon as the database is
	 * in WAL mode.
	 */
	function makeDurable(): void {
		if (borrowed !== undefined || durableGeneration === access.generation) return;
		connection.run(`PRAGMA synchronous = ${config.synchronous ?? "full"}`);
		durableGeneration = access.generation;
	}

	function applyCallerSettings(): void {
		if (pending.callerSettings === undefined) return;
		writeSettings(connection, pending.callerSettings);
		pending.callerSettings = undefined;
	}

	/**
	 * A connection that the driver has opened is restored before the next body. After the body that changed it, a failure to
	 * restore would look like a failure of the body, which is committed. A connection that was closed has nothing to restore.
	 */
	async function restoreChanged(timeouts: BusyTimeouts): Promise<void> {
		if (borrowed !== undefined || preparedGeneration === access.generation) await changes.restore(timeouts);
		else changes.forget();
	}

	/** Between two migrations, mostly. */
	function isPrepared(): boolean {
		const { generation } = access;
		const applied = preparedGeneration === generation && durableGeneration === generation;
		return borrowed === undefined && applied && changes.none;
	}

	return {
		async prepare(timeouts = config) {
			if (isPrepared()) return;
			await restoreChanged(timeouts);
			await retryWhileBusy(connection, timeouts, () => {
				applyDriverSettings();
				makeDurable();
			});
		},
		applyDriverSettings,
		applyCallerSettings,
		async restoreCallerSettings() {
			if (pending.callerSettings === undefined) return;
			await restoreChanged(config);
			await retryWhileBusy(connection, config, applyCallerSettings);
		},
		beforeStatement: changes.beforeStatement,
		betweenBodies: changes.restoreInTransaction,
	};
}

/**
 * The driver's settings: foreign keys as configured, because `PRAGMA foreign_keys` does nothing
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
