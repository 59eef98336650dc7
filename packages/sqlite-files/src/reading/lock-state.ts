import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseHeldError } from "@godwit/sqlite";
import type { SqliteLibrary } from "../connections/library/library.ts";
import { hasJournal } from "../files/journal.ts";
import { hasKernelLocks } from "../folder-locks/kernel-lock.ts";
import { describeFound } from "../lock-file/describe-found.ts";
import { lookAt } from "../lock-file/link-file.ts";
import { livenessBeside } from "../lock-file/liveness-beside.ts";
import { assertSameLibrary } from "../lock-file/same-library.ts";
import { currentPlace, isOfThisProcess } from "../owners/place.ts";
import type { LockState } from "./unlocked-read.ts";

/**
 * Looks at the lock beside a file, for a reader that does not take it.
 *
 * A native reader beside a living native link is safe: the kernel's locks keep native writers off, and the link keeps all
 * others off.
 *
 * @returns undefined when dead owners hold the lock, and a journal may have to be rolled back.
 * @throws DatabaseHeldError when the holder cannot be read beside.
 */
export function lockStateOf(path: string, { name, locks }: SqliteLibrary): LockState | undefined {
	const inFolders = locks === "folder";
	const lockPath = `${path}.lock`;
	const livenessOf = livenessBeside(lockPath);
	const found = lookAt(lockPath);
	// With a write-ahead log a reader sees one commit, and the file does not show the last one.
	const covered = !inFolders && existsSync(`${path}-wal`);
	if (found.state === "free") {
		if (inFolders && !hasKernelLocks() && hasJournal(path))
			throw new DatabaseHeldError(journalOfUnknown(path), "other");
		return { lock: "free", covered, ownJournal: !inFolders };
	}
	if (found.state === "foreign") throw new DatabaseHeldError(describeFound(lockPath, found, livenessOf), "other");
	const { kind, id, members } = found.link;
	const maybeAlive = members.filter(({ owner }) => livenessOf(owner) !== "dead");
	assertSameLibrary(lockPath, maybeAlive, name);
	const present = maybeAlive.map(({ owner }) => owner);
	const besideNative = kind === "native" && !inFolders;
	// A link that this user cannot remove still keeps applications on node-sqlite3-wasm out.
	if (present.length === 0 && !(besideNative && isReadOnly(dirname(path)))) return undefined;
	if (besideNative) return { lock: id, covered: true, ownJournal: true };
	// A native reader would meet the exclusive lock of a wasm run, and closing the file would drop the lock of another thread.
	const { thread } = currentPlace();
	if (!inFolders || present.some((owner) => isOfThisProcess(owner) && owner.thread !== thread)) {
		throw new DatabaseHeldError(describeFound(lockPath, found, livenessOf), "godwit");
	}
	return { lock: id, covered: false, ownJournal: false };
}

function isReadOnly(folder: string): boolean {
	try {
		accessSync(folder, constants.W_OK);
		return false;
	} catch {
		return true;
	}
}

/** The journal may be of a native application at work or of one that was killed; without node:sqlite this cannot be found out. */
function journalOfUnknown(path: string): string {
	return `${path} has a journal: a program is at work on it, or was killed; this runtime has no node:sqlite to find out. Wait for that program, or open the database once with native SQLite`;
}
