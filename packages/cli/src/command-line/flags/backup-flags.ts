import type { BackupOptions } from "@godwit/core";
import type { CommandLine } from "../read-command-line.ts";
import { UsageError } from "../usage-error.ts";
import type { Flag } from "./flags.ts";

/** Where a backup goes, and how many stay. */
export const placeFlags: readonly Flag[] = [
	{
		name: "backup-dir",
		kind: "string",
		value: "DIR",
		help: "the folder for backups (default: that of the database)",
	},
	{
		name: "keep",
		kind: "count",
		// The new backup is one of them.
		atLeast: 1,
		value: "N",
		help: "how many backups of this database stay in the folder (default 3)",
	},
];

/** Of a command that runs migrations. */
export const backupFlags: readonly Flag[] = [
	{ name: "backup", kind: "boolean", help: "make a backup before the first migration, if there is any to run" },
	...placeFlags,
];

/** How to make a backup before the first migration; undefined to make none. A folder for it asks for one too. @throws UsageError */
export function backupOf(line: CommandLine): BackupOptions | undefined {
	if (line.is("backup") || line.value("backup-dir") !== undefined) return placeOf(line);
	if (line.value("keep") !== undefined) throw new UsageError("-keep says how many backups stay; add -backup");
	return undefined;
}

export function placeOf(line: CommandLine): BackupOptions {
	const keep = line.value("keep");
	return { directory: line.value("backup-dir"), keep: keep === undefined ? undefined : Number(keep) };
}
