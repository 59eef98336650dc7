import type { Driver } from "../../driver/driver.ts";
import type { AppliedState } from "../../history/applied-state.ts";
import type { Migration } from "../../migration.ts";
import { NIL_VERSION } from "../../version.ts";
import { makeBackup } from "../backup.ts";
import type { MigrateOptions } from "../migrate-options.ts";
import { roundsBefore } from "./rounds/between-rounds.ts";

/** An operation that may make a backup. */
export interface BackupFirst {
	readonly driver: Driver;
	readonly options: MigrateOptions;
	/** The path of the database's file, when there was none before the lock was taken. */
	readonly missing: string | undefined;
}

/** Before anything of the operation is written, so that to restore it takes all of it back. */
export async function backUpFirst(
	{ driver, missing, options }: BackupFirst,
	state: AppliedState,
	migrations: readonly Migration[],
): Promise<void> {
	const { backup = false, onEvent } = options;
	if (backup === false) return;
	const { version } = state.found;
	const wanted = backup === true ? {} : backup;
	// Another process may have made and migrated it meanwhile.
	if (missing !== undefined && version === NIL_VERSION) {
		onEvent?.({ type: "notice", message: `there was no database at ${missing} yet, so there is nothing to back up` });
		return;
	}
	const began = performance.now();
	// One at each start in the midst of a backfill would delete the backup from before it in the end.
	const made = await makeBackup(driver, isUnderWay(state, migrations) ? { ...wanted, keep: Infinity } : wanted);
	onEvent?.({ type: "backup", ...made, durationMs: performance.now() - began });
}

function isUnderWay(state: AppliedState, [next]: readonly Migration[]): boolean {
	return next !== undefined && roundsBefore(next, state, undefined) !== undefined;
}
