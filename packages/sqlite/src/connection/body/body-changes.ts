import type { Statement } from "@godwit/sql";
import type { PendingChanges } from "../borrowed-connection.ts";
import { type BusyTimeouts, retryWhileBusy } from "../busy-retry.ts";
import {
	assertStaysAttached,
	type ConnectionState,
	connectionChange,
	noteState,
	restoreConnectionState,
	restoreInTransaction,
	UNCHANGED,
} from "../settings/connection-state.ts";
import { withForeignKeysOff } from "../settings/foreign-keys-off.ts";
import type { SqliteConnection } from "../sqlite-connection.ts";
import {
	dropTemporaryObjects,
	makesTemporary,
	readTemporaryObjects,
	type TemporaryObjects,
} from "./temporary-objects.ts";

/** What bodies have changed in the connection: its settings, its attached databases, and its temporary objects. */
export interface BodyChanges {
	/** Called before each statement of a body. @throws MigrateError `ERR_SQL` when the statement must not run. */
	beforeStatement(statement: Statement): void;
	/** Whether nothing was changed since the last `restore`. */
	readonly none: boolean;
	/** Undoes what can be undone inside a transaction, before its next body. @throws MigrateError `ERR_DATABASE` for a temporary object that stays. */
	restoreInTransaction(): void;
	/** Undoes the changes. Waits for other transactions. Belongs outside a transaction. The next call repeats what has failed. */
	restore(timeouts: BusyTimeouts): Promise<void>;
	/** Belongs after the connection was closed, and all its changes with it. */
	forget(): void;
}

export function bodyChanges(connection: SqliteConnection, pending: PendingChanges): BodyChanges {
	/** Since `restoreInTransaction`. */
	let changed = false;

	async function restoreState(before: ConnectionState, timeouts: BusyTimeouts): Promise<void> {
		if (before === UNCHANGED) return;
		await retryWhileBusy(connection, timeouts, () => restoreConnectionState(connection, before));
	}

	async function dropTemporary(before: TemporaryObjects | undefined, timeouts: BusyTimeouts): Promise<void> {
		if (before === undefined) return;
		await withForeignKeysOff(connection, () =>
			retryWhileBusy(connection, timeouts, () => dropTemporaryObjects(connection, before)),
		);
	}

	function forget(): void {
		pending.state = UNCHANGED;
		pending.temporary = undefined;
	}

	return {
		beforeStatement(statement) {
			if (makesTemporary(statement)) {
				changed = true;
				pending.temporary ??= readTemporaryObjects(connection);
			}
			const change = connectionChange(statement);
			if (change === "nothing") return;
			changed = true;
			pending.state = noteState(connection, change, pending.state);
			assertStaysAttached(statement, pending.state);
		},
		get none() {
			return pending.state === UNCHANGED && pending.temporary === undefined;
		},
		restoreInTransaction() {
			if (!changed) return;
			// First, since query_only would keep objects from being dropped.
			restoreInTransaction(connection, pending.state);
			if (pending.temporary !== undefined) dropTemporaryObjects(connection, pending.temporary);
			// Read anew: with the body the notes of its foreign key check have gone, and an object of the next one can get their rowid.
			pending.temporary = undefined;
			changed = false;
		},
		async restore(timeouts) {
			// First, since query_only would keep objects from being dropped.
			await restoreState(pending.state, timeouts);
			await dropTemporary(pending.temporary, timeouts);
			forget();
		},
		forget,
	};
}
