import { isMigrateError } from "@godwit/core";
import type { Holder } from "../owners/holder.ts";
import type { Hold } from "./hold.ts";
import { removeLeft } from "./left-claims.ts";
import type { Link, LinkKind } from "./link.ts";
import { linkEditor } from "./link-editor.ts";
import { type Found, lookAt, sameFound } from "./link-file.ts";
import { livenessBeside } from "./liveness-beside.ts";
import { lockEntrance } from "./lock-entrance.ts";
import { leaveLock } from "./lock-exit.ts";

/**
 * The lock beside one database file, `<file>.lock`, as one holder sees it.
 *
 * The rules, and why each is needed, are in docs/decisions/0009-database-files.md; test/model explores them.
 */
export interface LockFile {
	readonly path: string;
	readonly entered: boolean;
	/** Returns whether the lock is held without a link, which cannot be made here. Libraries that lock with a folder are not kept out. */
	readonly withoutLink: boolean;
	/**
	 * Takes the lock. Tries once.
	 *
	 * @param join Permits to join a living native holder, for a few statements that the kernel's locks keep apart. Default
	 *   false.
	 * @throws DatabaseHeldError; MigrateError `ERR_DATABASE` where the lock cannot be made.
	 */
	enter(join?: boolean): void;
	/**
	 * Takes a lock that a person says nobody holds any more. A folder stays in its place until `leave`.
	 *
	 * @returns false when the lock is no longer as the person has seen it.
	 */
	takeOver(seen: Found): boolean;
	/**
	 * Gives the lock back. Tries once.
	 *
	 * @param asLast Called before the lock is removed; false keeps it, because a journal could not be rolled back.
	 * @returns false when another process is changing the lock.
	 * @throws MigrateError `ERR_LOCK_LOST` when it was removed by hand; the file system's own error. Nothing is removed then.
	 */
	leave(asLast: () => boolean): boolean;
	/** @throws MigrateError `ERR_LOCK_LOST` when the lock was removed by hand. */
	assertEntered(): void;
	/**
	 * Notes an attached file, so that whoever takes this lock over rolls its journal back.
	 *
	 * @param isNeeded Optional: asked of each file that was noted before, when there is no room for all. Default: all are needed.
	 * @returns false: try again.
	 */
	note(file: string, isNeeded?: (file: string) => boolean): boolean;
	/** The files that dead holders have noted. This holder has to roll their journals back. */
	readonly noted: readonly string[];
}

export interface LockFileOptions {
	readonly databasePath: string;
	readonly kind: LinkKind;
	readonly holder: Holder;
	/** The SQLite library that works on the file, for messages. */
	readonly library: string;
	/** After how long a claim may be replaced whose maker cannot be checked, in milliseconds. */
	readonly leaseMs: number;
}

/** Under contention the lock can change after each look. After so many the caller waits, and tries again. */
const ATTEMPTS = 8;

export function lockFile({ databasePath, kind, holder, library, leaseMs }: LockFileOptions): LockFile {
	const path = `${databasePath}.lock`;
	const livenessOf = livenessBeside(path);
	const links = linkEditor({ databasePath, path, kind, me: holder.owner, library, leaseMs, livenessOf });
	const entrance = lockEntrance({ path, kind, links, library, livenessOf });
	let hold: Hold | undefined;
	let noted: readonly string[] = [];

	/** A holder that leaves counts as out also when it has lost the lock, and not when that cannot be read: the next try leaves. */
	function ownOrOut(): Link {
		try {
			return links.own();
		} catch (error) {
			if (isMigrateError(error, "ERR_LOCK_LOST")) hold = undefined;
			throw error;
		}
	}

	return {
		path,
		get entered() {
			return hold !== undefined;
		},
		get withoutLink() {
			return hold === "nothing";
		},
		get noted() {
			return noted;
		},
		enter(join = false) {
			for (let attempt = 0; attempt < ATTEMPTS && hold === undefined; attempt++) {
				const found = lookAt(path);
				if (found.state === "foreign") throw entrance.heldError(found);
				if (found.state === "free") {
					noted = [];
					hold = entrance.takeFree();
				} else {
					hold = entrance.takeLink(found, join);
					if (hold !== undefined) noted = found.link.files;
				}
			}
			if (hold === undefined) throw entrance.heldError({ state: "free" });
			if (hold === "link") removeLeft(path, livenessOf);
		},
		takeOver(seen) {
			const found = lookAt(path);
			if (!sameFound(found, seen)) return false;
			if (found.state === "foreign") hold = found;
			if (found.state === "link" && links.enter(found.link, [])) {
				hold = "link";
				noted = found.link.files;
				removeLeft(path, livenessOf);
			}
			return hold !== undefined;
		},
		leave(asLast) {
			if (hold === undefined) return true;
			const outcome = leaveLock({ path, links, own: ownOrOut }, hold, asLast);
			if (outcome === "left") hold = undefined;
			return outcome !== "changing";
		},
		assertEntered() {
			if (hold !== "link") return;
			try {
				links.own();
			} catch (error) {
				throw isMigrateError(error) ? error : links.cannotLock(error);
			}
		},
		note(file, isNeeded) {
			if (hold !== "link") return true;
			const link = links.own();
			return link.files.includes(file) || links.note(link, file, isNeeded);
		},
	};
}
