import type { BackupOptions } from "../../driver/backup.ts";
import type { Driver } from "../../driver/driver.ts";
import type { AppliedState } from "../../history/applied-state.ts";
import type { Migration } from "../../migration.ts";
import { NIL_VERSION } from "../../version.ts";
import { makeBackup } from "../backup.ts";
import type { MigrateOptions } from "../migrate-options.ts";
import { roundsBefore } from "./between-rounds.ts";

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
	const earlier = await backupBeforeRounds(driver, state, migrations, wanted);
	if (earlier !== undefined) {
		onEvent?.({ type: "notice", message: earlier });
		return;
	}
	const began = performance.now();
	const made = await makeBackup(driver, wanted);
	onEvent?.({ type: "backup", ...made, durationMs: performance.now() - began });
}

/**
 * A backup of the midst of a backfill does not take that back. One at each start would delete the backup from before it in the end.
 *
 * @returns Why none is to be made, as a sentence; `undefined` to make one.
 */
async function backupBeforeRounds(
	driver: Driver,
	state: AppliedState,
	migrations: readonly Migration[],
	wanted: BackupOptions,
): Promise<string | undefined> {
	const [next] = migrations;
	const rounds = next && roundsBefore(next, state, undefined);
	if (rounds === undefined) return undefined;
	const newest = await driver.newestBackup?.(wanted);
	if (newest === undefined) return undefined;
	return `no new backup was made, since ${next?.file?.location} is under way and has changed ${rounds.rows}; the newest backup of this version is ${newest}`;
}
