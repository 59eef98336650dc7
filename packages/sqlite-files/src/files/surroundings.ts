import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseHeldError } from "@godwit/sqlite";
import { hasKernelLocks } from "../folder-locks/kernel-lock.ts";
import { describeFound } from "../lock-file/describe-found.ts";
import { lookAt } from "../lock-file/link-file.ts";
import { livenessBeside } from "../lock-file/liveness-beside.ts";
import { assertSameLibrary } from "../lock-file/same-library.ts";
import { currentPlace, isOfThisProcess } from "../owners/place.ts";
import { hasJournal } from "./journal.ts";
import type { SqliteLibrary } from "./library.ts";
import type { Surroundings } from "./quiet-read.ts";

/**
 * Looks at the lock beside a file, for a reader that does not take it.
 *
 * A native reader beside a living native link has nothing to look at: the kernel's locks keep writers apart, and the link
 * keeps everybody else out.
 *
 * @returns undefined when dead owners have left something to roll back.
 * @throws DatabaseHeldError for whom nobody can read beside.
 */
export function surroundingsOf(path: string, { name, locks }: SqliteLibrary): Surroundings | undefined {
	const inFolders = locks === "folder";
	const lockPath = `${path}.lock`;
	const livenessOf = livenessBeside(lockPath);
	const found = lookAt(lockPath);
	// With a write-ahead log readers see one commit, and the file says nothing of the last.
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
	// A link that stays keeps applications on node-sqlite3-wasm out.
	if (present.length === 0 && !(besideNative && isReadOnly(dirname(path)))) return undefined;
	if (besideNative) return { lock: id, covered: true, ownJournal: true };
	// A native reader would meet the exclusive lock of the other, and closing the file would drop one of another thread.
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

/** It may be that of a native application at work, which nothing here can tell from one that was killed. */
function journalOfUnknown(path: string): string {
	return `${path} has a journal: a program is at work on it, or was killed; this runtime has no node:sqlite to find out. Wait for that program, or open the database once with native SQLite`;
}
