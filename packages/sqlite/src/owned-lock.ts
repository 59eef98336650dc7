import { lstatSync, readdirSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { MigrateError } from "@godwit/core";
import {
	describeOwner,
	formatOwner,
	type Liveness,
	ownerLiveness,
	type ProcessOwner,
	parseOwner,
} from "./process-owner.ts";

/** What there is at the path of an owned lock. */
export type LockState =
	| { readonly state: "free" }
	| { readonly state: "owned"; readonly owner: ProcessOwner; readonly liveness: Liveness }
	/** Made by something that is not godwit: node-sqlite3-wasm makes a folder there. `ageMs` ago, by this machine's clock. */
	| { readonly state: "foreign"; readonly ageMs: number };

/** Under contention a lock can be gone each time one looks; the caller's own retries then go on. */
const ATTEMPTS = 8;

/**
 * Says who holds the lock at a path. Takes nothing and changes nothing.
 *
 * @throws the file system's own error when it will not tell (EACCES, ENOTDIR).
 */
export function inspectOwnedLock(path: string): LockState {
	// Asked first, and about each transaction: the error that readlink throws for a missing file takes longer to make.
	const stat = lstatSync(path, { throwIfNoEntry: false });
	if (stat === undefined) return { state: "free" };
	const owner = readOwner(path);
	if (owner !== undefined) return { state: "owned", owner, liveness: ownerLiveness(owner) };
	return { state: "foreign", ageMs: Math.max(0, Date.now() - stat.mtimeMs) };
}

/**
 * Takes the lock at a path, at once or not at all; a lock whose owner is certainly dead is taken over.
 *
 * The lock is a symbolic link whose target is the owner's description. Making one is a single system call that fails
 * when anything is there, and a program that makes a folder at the same path, as node-sqlite3-wasm does, is kept out
 * by it and keeps it out.
 *
 * @param me from `currentOwner()`. Each taker has its own: the lock is not reentrant.
 * @returns undefined once the lock is taken, else who has it. "free" and a dead owner mean that it changed hands, or is
 *   about to, while it was looked at: try again.
 * @throws the file system's own error (ENOENT for a missing folder, EACCES, EROFS, ENOTDIR; EPERM where there are no
 *   symbolic links). The lock is not taken then.
 */
export function acquireOwnedLock(path: string, me: ProcessOwner): LockState | undefined {
	let state: LockState = { state: "free" };
	for (let attempt = 0; attempt < ATTEMPTS && state.state === "free"; attempt++) {
		if (makeLock(path, me)) return undefined;
		state = inspectOwnedLock(path);
	}
	if (state.state === "owned" && state.liveness === "dead" && takeOverLock(path, state.owner, me)) return undefined;
	return state;
}

/**
 * Gives the lock back.
 *
 * @throws MigrateError `ERR_LOCK_LOST` when the lock is not held by `me`: it was removed by hand. Nothing is removed then.
 */
export function releaseOwnedLock(path: string, me: ProcessOwner): void {
	assertOwnedLock(path, me);
	unlinkSync(path);
}

/** @throws MigrateError `ERR_LOCK_LOST` when the lock is not held by `me`. */
export function assertOwnedLock(path: string, me: ProcessOwner): void {
	if (readOwner(path)?.id !== me.id) throw lockLost(path);
}

function lockLost(path: string): MigrateError {
	const state = inspectOwnedLock(path);
	const owner =
		state.state === "owned" ? describeOwner(state.owner) : state.state === "free" ? "nobody" : "another program";
	return new MigrateError("ERR_LOCK_LOST", `the lock ${path} was taken away from this process; ${owner} holds it now`, {
		owner,
	});
}

/**
 * Replaces the lock of a dead owner by our own.
 *
 * Two processes can both see the dead owner, and the slower must not remove the lock that the faster has taken since.
 * So each takes a claim first, itself an owned lock, named after the dead owner. Only the holder of that claim may
 * touch that owner's lock, and reads it again before it does. Since the claim already says that we own it, it becomes
 * the lock by being renamed: there is no moment without a lock, and nothing to clean up.
 *
 * A process killed while it holds a claim leaves a dead lock like any other, taken over in the same way.
 *
 * @param dead who is certainly dead, or said to be so by a person.
 * @returns false when the lock was no longer that owner's, or somebody else is taking it over.
 */
export function takeOverLock(path: string, dead: ProcessOwner, me: ProcessOwner): boolean {
	const claim = `${path}.break-${dead.id}`;
	if (acquireOwnedLock(claim, me) !== undefined) return false;
	let taken: boolean;
	try {
		taken = readOwner(path)?.id === dead.id;
		if (taken) {
			removeLeftClaims(path, claim, me);
			renameSync(claim, path);
		}
	} catch (error) {
		try {
			releaseOwnedLock(claim, me);
		} catch (releaseError) {
			throw new AggregateError(
				[error, releaseError],
				`the lock ${path} of ${describeOwner(dead)} cannot be taken over`,
			);
		}
		throw error;
	}
	if (!taken) releaseOwnedLock(claim, me);
	return taken;
}

/** A process that was killed just after it lost the race for a dead lock has left a claim that nobody will ask for. */
function removeLeftClaims(path: string, own: string, me: ProcessOwner): void {
	const prefix = `${basename(path)}.break-`;
	for (const name of readdirSync(dirname(path))) {
		const claim = join(dirname(path), name);
		if (!name.startsWith(prefix) || name === basename(own)) continue;
		if (acquireOwnedLock(claim, me) === undefined) releaseOwnedLock(claim, me);
	}
}

function makeLock(path: string, me: ProcessOwner): boolean {
	try {
		symlinkSync(formatOwner(me), path);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}

/** Undefined when nothing is there, or something that is not ours. */
function readOwner(path: string): ProcessOwner | undefined {
	try {
		return parseOwner(readlinkSync(path));
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		// EINVAL: no symbolic link.
		if (code === "ENOENT" || code === "EINVAL") return undefined;
		throw error;
	}
}
