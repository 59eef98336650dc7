import { isMigrateError, type LockState, MigrateError, suppress, type VersionChange } from "@godwit/core";
import { retryWhileBusy } from "./connection/busy-retry.ts";
import type { SqliteConnection } from "./connection/sqlite-connection.ts";
import type { LockRow } from "./lock/lock-row.ts";
import { heldAttachedFile } from "./sqlite-error.ts";
import type { VersionGuard } from "./tables/version-guard.ts";

export interface BodyFailureOptions {
	readonly connection: SqliteConnection;
	readonly state: LockState;
	readonly row: LockRow;
	readonly guard: VersionGuard;
	readonly busyTimeoutMs: number;
	/** Attached files whose locks the next `tryLock` takes with the others. */
	readonly wanted: Set<string>;
}

/**
 * Makes what finds out, when a body has failed and was rolled back as far as it could be, why it has.
 *
 * @returns A function that returns what to throw for a failure.
 */
export function bodyFailure(options: BodyFailureOptions): (error: unknown, change?: VersionChange) => Promise<unknown> {
	const { connection, state, row, guard, busyTimeoutMs, wanted } = options;

	/**
	 * Under the lock a held file cannot be waited for: two who wait for each other's files would do so for ever. So all has
	 * to be given back, and the next `lock` takes that file's lock with the others.
	 */
	function startOver(file: string, error: unknown): MigrateError<"ERR_START_OVER"> {
		wanted.add(file);
		const why = error instanceof Error ? error.message : String(error);
		const reason = `the migration attaches ${file}, which somebody else holds: ${why}`;
		return new MigrateError("ERR_START_OVER", reason, { reason }, { cause: error });
	}

	/** Whoever has lost the lock may have met any other error before the guard; a moved version may look like the body's doing. */
	async function foundOutside(error: unknown, change: VersionChange | undefined): Promise<unknown> {
		const moved = isMigrateError(error, "ERR_OWN_TABLES") && isMigrateError(error.cause, "ERR_VERSION_MOVED");
		try {
			await retryWhileBusy(connection, busyTimeoutMs, () => {
				row.assertMine();
				if (moved && change !== undefined) guard.assert(change);
			});
			return error;
		} catch (found) {
			// What cannot be read says nothing.
			const tells = isMigrateError(found, "ERR_LOCK_LOST") || isMigrateError(found, "ERR_VERSION_MOVED");
			return tells ? suppress(found, error) : error;
		}
	}

	return async (error, change) => {
		if (!state.held || connection.inTransaction || isMigrateError(error, "ERR_LOCK_LOST")) return error;
		const file = heldAttachedFile(error);
		return file === undefined ? foundOutside(error, change) : startOver(file, error);
	};
}
