import { existsSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { NIL_VERSION, type Version } from "@godwit/core";
import { hash } from "../owners/hash.ts";

/** While the database is copied, and while the copy is checked. */
const UNFINISHED = [".copying", ".checking"] as const;

/** Of what is left of a killed copy: the file, SQLite's beside it, and the lock of node-sqlite3-wasm, a folder. */
const LEFT = /^\.(copying|checking)(-journal|-wal|-shm|\.lock)?$/;

const BACKUP = /^(\d+|none)\.(\d{8}T\d{9}Z)\.backup(.*)$/;

/** The names of one database's backups in one folder. */
export interface BackupFiles {
	/**
	 * Returns the path of a backup that does not exist yet: `app.db.v7.20261127T041241123Z.backup`. Its time is later than that of every
	 * other, also after the clock was set back.
	 */
	next(version: Version): string;
	/** Returns the paths of the finished backups, newest first. */
	finished(): readonly string[];
	/** Deletes what a backup has left that was killed. Nobody else makes one of this database under its lock. */
	removeUnfinished(): void;
}

/**
 * @param database Its real path.
 * @param directory In a folder that is not the database's own the names have a hash of that path, since databases of other folders
 *   may have the same name.
 */
export function backupFiles(database: string, directory: string): BackupFiles {
	const isOwn = realpathSync(directory) === dirname(database);
	const prefix = `${basename(database)}.${isOwn ? "" : `${hash(database)}.`}v`;
	const parts = (name: string): RegExpExecArray | null =>
		name.startsWith(prefix) ? BACKUP.exec(name.slice(prefix.length)) : null;

	/** Newest first. */
	function finished(): readonly FinishedBackup[] {
		const found = readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
			const { name } = entry;
			const [, , time = "", suffix] = parts(name) ?? [];
			// A folder is none, whoever gave it such a name.
			return suffix === "" && !entry.isDirectory() ? [{ path: join(directory, name), time }] : [];
		});
		return found.toSorted((one, other) => (one.time < other.time ? 1 : -1));
	}

	return {
		next(version) {
			const newest = finished().map(({ time }) => millisecondsOf(time));
			for (let time = Math.max(Date.now(), ...newest.map((each) => each + 1)); ; time++) {
				const path = join(directory, `${prefix}${shownVersion(version)}.${textOf(time)}.backup`);
				if (!existsSync(path)) return path;
			}
		},
		finished: () => finished().map(({ path }) => path),
		removeUnfinished() {
			for (const name of readdirSync(directory)) {
				if (LEFT.test(parts(name)?.[3] ?? "")) rmSync(join(directory, name), { force: true, recursive: true });
			}
		},
	};
}

interface FinishedBackup {
	readonly path: string;
	readonly time: string;
}

function shownVersion(version: Version): string {
	return version === NIL_VERSION ? "none" : String(version);
}

/** `20261127T041241123Z` */
function textOf(time: number): string {
	return new Date(time).toISOString().replace(/[-:.]/g, "");
}

/** @returns 0 for what is no time, and for the last one that has a year of four digits, after which no name can come. */
function millisecondsOf(text: string): number {
	const iso = text.replace(/^(....)(..)(..T..)(..)(..)(...Z)$/, "$1-$2-$3:$4:$5.$6");
	const time = Date.parse(iso);
	return time < LAST_TIME ? time : 0;
}

const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The names of a backup on its way. SQLite's lock beside the first one stays for as long as the run. */
export function unfinishedNames(path: string): { readonly copying: string; readonly checking: string } {
	const [copying, checking] = UNFINISHED;
	return { copying: `${path}${copying}`, checking: `${path}${checking}` };
}
