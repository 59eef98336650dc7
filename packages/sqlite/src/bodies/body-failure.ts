import { isError, isMigrateError, type LockState, MigrateError, suppress, type VersionChange } from "@godwit/core";
import { type BusyTimeouts, retryWhileBusy } from "../connection/busy-retry.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import type { LockRow } from "../lock/lock-row.ts";
import type { WantedFiles } from "../lock/wanted-files.ts";
import { heldAttachedFile } from "../sqlite-error.ts";
import type { VersionGuard } from "../tables/version-guard.ts";

export interface BodyFailureOptions {
	readonly connection: SqliteConnection;
	readonly state: LockState;
	readonly row: LockRow;
	readonly guard: VersionGuard;
	readonly timeouts: BusyTimeouts;
	readonly wanted: Pick<WantedFiles, "add">;
}

/**
 * Finds out why a body has failed. Belongs after the roll-back.
 *
 * @returns A function that returns the error to throw for a failure.
 */
export function bodyFailure(options: BodyFailureOptions): (error: unknown, change?: VersionChange) => Promise<unknown> {
	const { connection, state, row, guard, timeouts, wanted } = options;

	/**
	 * While the lock is held, another file cannot be waited for: two runs that wait for each other's files would wait for
	 * ever. So all locks have to be given back, and the next `lock` takes that file's lock with the others.
	 */
	function startOver(file: string, error: unknown): MigrateError<"ERR_START_OVER"> {
		wanted.add(file);
		const why = isError(error) ? error.message : String(error);
		const reason = `the migration attaches ${file}, which another process holds: ${why}`;
		return new MigrateError("ERR_START_OVER", reason, { reason }, { cause: error });
	}

	/** Before the guard runs, a lost lock can look like another error. A version that another process has moved can look like the body's doing. */
	async function foundOutside(error: unknown, change: VersionChange | undefined): Promise<unknown> {
		const moved = isMigrateError(error, "ERR_OWN_TABLES") && isMigrateError(error.cause, "ERR_VERSION_MOVED");
		try {
			await retryWhileBusy(connection, timeouts, () => {
				row.assertMine();
				if (moved && change !== undefined) guard.assert(change);
			});
			return error;
		} catch (found) {
			// A failed read proves nothing.
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
