import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { MigrateError } from "@godwit/core";
import { livenessBeside } from "../../lock-file/liveness-beside.ts";
import { newHolder } from "../../owners/holder.ts";
import { formatShortOwner, parseOwner } from "../../owners/owner.ts";
import { codeOf, cureOfSystem } from "../copy-failure.ts";
import { removeFiles } from "../remove-files.ts";

/** The folder of one rehearsal, which has all of its copies and what SQLite puts beside them. Nobody else may look into it. */
export interface RehearsalFolder {
	/** The folder in which it is. */
	readonly parent: string;
	/** Makes an empty file that its user alone may read and write. @returns Its path. */
	newFile(name: string): string;
	/** Makes a file in the folder of what `copy` writes to an empty one beside it. @returns Its path. */
	received(name: string, copy: (path: string) => Promise<void>): Promise<string>;
	/** Deletes the folder and everything in it. */
	remove(): void;
}

/** How to have them in another place than beside the database. */
export const COPIES_ELSEWHERE = "name another folder with -copy-dir, or the option directory";

const MARK = ".rehearsal-";

/** Not in the folder: node-sqlite3-wasm keeps its lock beside this file for as long as the run. */
const COPYING = ".copying";

/**
 * Makes the folder, named after the database and the holder that it belongs to, and deletes those of holders that are dead.
 *
 * @param directory Where; the database's own folder when it is missing.
 * @throws MigrateError `ERR_DATABASE` when there is no such folder.
 */
export function makeRehearsalFolder(database: string, directory: string | undefined): RehearsalFolder {
	const parent = directory === undefined ? dirname(database) : existingFolder(directory);
	const prefix = `${basename(database)}${MARK}`;
	removeAbandoned(parent, prefix);
	const holder = newHolder();
	const path = join(parent, `${prefix}${formatShortOwner(holder.owner)}`);
	const copying = `${path}${COPYING}`;
	makeFolder(path);
	return {
		parent,
		newFile: (name) => newFile(join(path, name)),
		async received(name, copy) {
			const file = join(path, name);
			await copy(newFile(copying));
			renameSync(copying, file);
			return file;
		},
		remove() {
			try {
				removeFiles([path, copying]);
			} finally {
				holder.end();
			}
		},
	};
}

function makeFolder(path: string): void {
	try {
		mkdirSync(path, { mode: 0o700 });
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		const cure =
			cureOfSystem({ room: dirname(path), elsewhere: COPIES_ELSEWHERE }, codeOf(cause)) ??
			"name a folder that can be written with -copy-dir, or the option directory";
		throw new MigrateError("ERR_DATABASE", `cannot make the copies of a rehearsal: ${reason}; ${cure}`, {}, { cause });
	}
}

function newFile(path: string): string {
	closeSync(openSync(path, "wx", 0o600));
	return path;
}

/** What a killed run has left: its folder, the file beside it, and the lock of that. One whose owner may be alive stays, on another machine as well. */
function removeAbandoned(parent: string, prefix: string): void {
	for (const name of readdirSync(parent)) {
		if (!name.startsWith(prefix)) continue;
		const path = join(parent, name);
		const [word = ""] = name.slice(prefix.length).split(COPYING);
		const owner = parseOwner(word);
		if (owner === undefined || livenessBeside(path)(owner) !== "dead") continue;
		rmSync(path, { recursive: true, force: true });
	}
}

function existingFolder(directory: string): string {
	const folder = resolve(directory);
	if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
	throw new MigrateError("ERR_DATABASE", `there is no folder ${folder} for the rehearsal; make it first`, {});
}
