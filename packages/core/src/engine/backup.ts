import type { Backup, BackupOptions, RestoreOptions } from "../driver/backup.ts";
import type { Driver } from "../driver/driver.ts";
import { unsupported } from "../driver/unsupported.ts";
import type { FoundVersion, VersionState } from "../driver/version-state.ts";
import type { HistoryEvent } from "../history/history-event.ts";
import { signed } from "../history/recorder.ts";
import { valueShown } from "../value-shown.ts";
import { assertKnownNames } from "./arguments.ts";
import { newToken } from "./token.ts";

/** @throws TypeError for what code without types passes. */
export function assertBackupOptions(options: BackupOptions): void {
	assertKnownNames("a backup", options, ["directory", "keep"]);
	const { directory, keep = 1 } = options;
	if (keep !== Infinity && (!Number.isSafeInteger(keep) || keep < 1)) {
		throw new TypeError(`keep must be a whole number of at least 1, or Infinity, not ${valueShown(keep)}`);
	}
	if (directory !== undefined && (typeof directory !== "string" || directory === "")) {
		throw new TypeError(`directory must be the path of a folder, not ${valueShown(directory)}`);
	}
}

/** Makes a backup under the lock. @throws MigrateError `ERR_UNSUPPORTED`; `ERR_DATABASE`. */
export async function makeBackup(driver: Driver, options: BackupOptions): Promise<Backup> {
	if (driver.backup === undefined) throw unsupported(driver, "backup");
	return driver.backup(options);
}

/**
 * Replaces the database by a backup, under the lock. The event is in the copy before that becomes the database, so that there is
 * no moment without it.
 *
 * @returns Where the database is now.
 */
export async function restoreBackup(driver: Driver, file: string, options: RestoreOptions): Promise<VersionState> {
	if (driver.restore === undefined) throw unsupported(driver, "restore");
	let state: VersionState | undefined;
	await driver.restore(file, {
		...options,
		async prepare(restored) {
			const found = await restored.version();
			state = { version: found.version, dirty: found.dirty };
			const events = eventsOf(found, file);
			if (events === undefined) return;
			await restored.setVersion({ ...state, from: state, token: newToken(), events: () => events });
		},
	});
	return state ?? driver.version();
}

/**
 * A backup whose version another tool wrote last has no event of it: the next run has to adopt what that tool did, which an event
 * here would hide.
 */
function eventsOf({ version, head }: FoundVersion, file: string): readonly HistoryEvent[] | undefined {
	const { last } = head ?? {};
	if (head === undefined || last === undefined || last.stamp !== head.stamp || last.target !== version)
		return undefined;
	const name = file.split(/[\\/]/).at(-1);
	return [{ op: "restore", version, target: version, note: `from ${name}`, ...signed(), digest: last.digest }];
}
