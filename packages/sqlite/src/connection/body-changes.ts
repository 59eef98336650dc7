import type { Statement } from "../statements/statement.ts";
import type { PendingChanges } from "./borrowed-connection.ts";
import { type BusyTimeouts, retryWhileBusy } from "./busy-retry.ts";
import {
	assertStaysAttached,
	type ConnectionState,
	connectionChange,
	noteState,
	restoreConnectionState,
	UNCHANGED,
} from "./connection-state.ts";
import { withForeignKeysOff } from "./foreign-keys-off.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
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
	/** Undoes the changes. Waits for other transactions. Belongs outside a transaction. The next call repeats what has failed. */
	restore(timeouts: BusyTimeouts): Promise<void>;
	/** Belongs after the connection was closed, and all its changes with it. */
	forget(): void;
}

export function bodyChanges(connection: SqliteConnection, pending: PendingChanges): BodyChanges {
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
			if (makesTemporary(statement)) pending.temporary ??= readTemporaryObjects(connection);
			pending.state = noteState(connection, connectionChange(statement), pending.state);
			assertStaysAttached(statement, pending.state);
		},
		get none() {
			return pending.state === UNCHANGED && pending.temporary === undefined;
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
