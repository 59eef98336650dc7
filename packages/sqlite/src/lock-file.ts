import { realpathSync, rmdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isMigrateError, MigrateError } from "@godwit/core";
import {
	acquireOwnedLock,
	assertOwnedLock,
	inspectOwnedLock,
	type LockState,
	releaseOwnedLock,
	takeOverLock,
} from "./owned-lock.ts";
import { currentOwner, describeOwner, type ProcessOwner } from "./process-owner.ts";

/**
 * The lock that node-sqlite3-wasm puts beside a database, `<file>.lock`, as one connection of this process sees it.
 *
 * The native library neither takes nor sees it, so this is also how the backends keep out of each other's way. On
 * Windows symbolic links need a privilege; without it the lock cannot be taken.
 */
export interface LockFile {
	readonly path: string;
	readonly held: boolean;
	/** Takes the lock; a dead owner's is taken over. @throws DatabaseHeldError */
	take(): void;
	/**
	 * Gives the lock back. When it cannot be removed, what was done under it is done all the same: the lock stays ours,
	 * to be taken or removed later.
	 *
	 * @throws MigrateError `ERR_LOCK_LOST` when it was removed by hand.
	 */
	release(): void;
	/** Removes a lock that `release` could not remove. @throws MigrateError `ERR_DATABASE` when it still cannot be. */
	close(): void;
	/** Does nothing when the lock is free; a dead owner's lock is removed. @throws DatabaseHeldError */
	assertFree(): void;
	/** @throws MigrateError `ERR_LOCK_LOST` when the lock that we hold was removed by hand. */
	assertHeld(): void;
}

/** Somebody holds the database in a way that SQLite cannot see. It counts as SQLite's own busy. */
export class DatabaseHeldError extends Error {
	override readonly name = "DatabaseHeldError";
}

export function lockFile(databasePath: string): LockFile {
	const path = `${databasePath}.lock`;
	let owner: ProcessOwner | undefined;
	let held = false;
	let left = false;

	/** Made at the first use: a command that takes no lock needs none. */
	function me(): ProcessOwner {
		owner ??= currentOwner();
		return owner;
	}

	function take(): void {
		const holder = left && leftIsOurs() ? undefined : acquire();
		if (holder !== undefined) throw new DatabaseHeldError(describeHolder(path, holder));
		left = false;
		held = true;
	}

	function acquire(): LockState | undefined {
		try {
			return acquireOwnedLock(path, me());
		} catch (cause) {
			const reason = cause instanceof Error ? cause.message : String(cause);
			const message = `${databasePath} cannot be locked: ${reason}; check the permissions of its folder`;
			throw new MigrateError("ERR_DATABASE", message, {}, { cause });
		}
	}

	function release(): void {
		held = false;
		try {
			releaseOwnedLock(path, me());
		} catch (error) {
			if (isMigrateError(error)) throw error;
			left = true;
		}
	}

	/** Somebody may have cleared it by hand since. */
	function leftIsOurs(): boolean {
		const state = inspectOwnedLock(path);
		return state.state === "owned" && state.owner.id === me().id;
	}

	function close(): void {
		if (!left || !leftIsOurs()) return;
		try {
			releaseOwnedLock(path, me());
		} catch (cause) {
			if (isMigrateError(cause)) throw cause;
			const reason = cause instanceof Error ? cause.message : String(cause);
			const message = `${path} cannot be removed: ${reason}; others are kept out until this process ends, or "godwit unlock" clears it`;
			throw new MigrateError("ERR_DATABASE", message, {}, { cause });
		}
	}

	return {
		path,
		get held() {
			return held;
		},
		take,
		release,
		close,
		assertFree() {
			const state = inspectOwnedLock(path);
			if (held || state.state === "free") return;
			// Dead or not: taking it finds out, and clears away what a dead process left.
			take();
			release();
		},
		assertHeld: () => assertOwnedLock(path, me()),
	};
}

/** Says who holds a lock, and what to do when nobody does any more. */
export function describeHolder(path: string, state: LockState): string {
	switch (state.state) {
		case "free":
			return `${path} has just changed hands`;
		case "owned": {
			const owner = describeOwner(state.owner);
			if (state.liveness !== "unknown") return `${path} is held by ${owner}`;
			return `${path} is held by ${owner}, which cannot be checked from here; if it is gone, clear the lock with "godwit unlock"`;
		}
		case "foreign":
			return `${path} was made ${Math.round(state.ageMs / 1000)} s ago by a program that is not godwit, such as an application on node-sqlite3-wasm; if none is running, clear it with "godwit unlock"`;
	}
}

/** Removes the lock that a person has seen. @returns false when it has changed hands since. */
export function clearLockFile(path: string, seen: LockState): boolean {
	if (seen.state === "foreign") rmdirSync(path);
	if (seen.state !== "owned") return seen.state === "foreign";
	const me = currentOwner();
	if (!takeOverLock(path, seen.owner, me)) return false;
	releaseOwnedLock(path, me);
	return true;
}

/**
 * The file that a path leads to. The native library follows symbolic links and names journal and locks after the
 * target, node-sqlite3-wasm after the link; with the target's name they agree.
 */
export function realDatabasePath(path: string): string {
	const absolute = resolve(path);
	try {
		return realpathSync(absolute);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		return join(realpathSync(dirname(absolute)), basename(absolute));
	}
}
