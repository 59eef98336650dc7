import type { Statement } from "../statements/statement.ts";
import { retryWhileBusy } from "./busy-retry.ts";
import {
	assertStaysAttached,
	type ConnectionState,
	changesConnection,
	readConnectionState,
	restoreConnectionState,
} from "./connection-state.ts";
import { withForeignKeysOff } from "./foreign-keys-off.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import {
	dropTemporaryObjects,
	makesTemporary,
	readTemporaryObjects,
	type TemporaryObjects,
} from "./temporary-objects.ts";

/** What bodies have changed of the connection: its settings, what is attached to it, and temporary objects. */
export interface BodyChanges {
	/** Has to be told of a statement of a body before it runs. @throws MigrateError `ERR_SQL` when it must not run. */
	watch(statement: Statement): void;
	/** Puts back what was changed. Waits. Belongs outside a transaction. What fails is done again by the next call. */
	restore(): Promise<void>;
	/** For a connection that was closed. */
	forget(): void;
}

export function bodyChanges(connection: SqliteConnection, busyTimeoutMs: number): BodyChanges {
	/** The connection's state before the first statement of a body that may have changed it, until it is restored. */
	let state: ConnectionState | undefined;
	/** The temporary objects before the first statement of a body that has made one, until its own are dropped. */
	let temporary: TemporaryObjects | undefined;

	async function restoreState(before: ConnectionState | undefined): Promise<void> {
		if (before === undefined) return;
		await retryWhileBusy(connection, busyTimeoutMs, () => restoreConnectionState(connection, before));
	}

	async function dropTemporary(before: TemporaryObjects | undefined): Promise<void> {
		if (before === undefined) return;
		await withForeignKeysOff(connection, () =>
			retryWhileBusy(connection, busyTimeoutMs, () => dropTemporaryObjects(connection, before)),
		);
	}

	function forget(): void {
		state = undefined;
		temporary = undefined;
	}

	return {
		watch(statement) {
			if (makesTemporary(statement)) temporary ??= readTemporaryObjects(connection);
			if (!changesConnection(statement)) return;
			state ??= readConnectionState(connection);
			assertStaysAttached(statement, state);
		},
		async restore() {
			// With query_only nothing could be dropped.
			await restoreState(state);
			await dropTemporary(temporary);
			forget();
		},
		forget,
	};
}
