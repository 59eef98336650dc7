import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { NIL_VERSION, type Version } from "@godwit/core";

/** While the database is copied, and while the copy is checked. */
const UNFINISHED = [".copying", ".checking"] as const;

/** The names of one database's backups in one folder. */
export interface BackupFiles {
	/** Returns the path of a backup that does not exist yet: `app.db.v7.20261127T041241123Z.backup`. */
	next(version: Version): string;
	/** Returns the paths of the finished backups, newest first. */
	finished(): readonly string[];
	/** Deletes what a backup has left that was killed. Nobody else makes one of this database under its lock. */
	removeUnfinished(): void;
}

export function backupFiles(database: string, directory: string): BackupFiles {
	const prefix = `${basename(database)}.v`;
	const suffixes = (name: string): string | undefined =>
		name.startsWith(prefix)
			? /^(?:\d+|none)\.(\d{8}T\d{9}Z)\.backup(.*)$/.exec(name.slice(prefix.length))?.[2]
			: undefined;

	return {
		next(version) {
			const shown = version === NIL_VERSION ? "none" : String(version);
			for (let time = Date.now(); ; time++) {
				const moment = new Date(time).toISOString().replace(/[-:.]/g, "");
				const path = join(directory, `${prefix}${shown}.${moment}.backup`);
				if (!existsSync(path)) return path;
			}
		},
		finished() {
			const names = readdirSync(directory).filter((name) => suffixes(name) === "");
			const time = (name: string): string => name.split(".").at(-2) ?? "";
			return names.toSorted((a, b) => (time(a) < time(b) ? 1 : -1)).map((name) => join(directory, name));
		},
		removeUnfinished() {
			for (const name of readdirSync(directory)) {
				const suffix = suffixes(name);
				const left = UNFINISHED.some((unfinished) => suffix?.startsWith(unfinished));
				// A killed node-sqlite3-wasm leaves a folder as its lock.
				if (left) rmSync(join(directory, name), { force: true, recursive: true });
			}
		},
	};
}

/** The names of a backup on its way. SQLite's lock beside the first one stays for as long as the run. */
export function unfinishedNames(path: string): { readonly copying: string; readonly checking: string } {
	const [copying, checking] = UNFINISHED;
	return { copying: `${path}${copying}`, checking: `${path}${checking}` };
}
