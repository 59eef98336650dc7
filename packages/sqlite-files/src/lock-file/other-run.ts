import { existsSync } from "node:fs";
import { DatabaseHeldError } from "@godwit/sqlite";
import { type SystemLocks, systemLocks } from "../folder-locks/system-locks/system-locks.ts";
import { type Owner, sameOwner } from "../owners/owner.ts";
import { currentPlace } from "../owners/place.ts";
import { describeFound } from "./describe-found.ts";
import type { Member } from "./link.ts";
import { lookAt } from "./link-file.ts";
import { livenessBeside } from "./liveness-beside.ts";

export interface OtherRunOptions {
	/** The real path of the main database. */
	readonly path: string;
	/** The holder that has met a lock. */
	readonly me: Owner;
	/** Whether its connection is in a transaction, and so has locks of its own. */
	readonly inTransaction: boolean;
	/** Whether it has no other file than the main database that it can have met a lock on. */
	readonly isAlone: boolean;
	/** Where the system shows its locks. Default `/proc/locks`. */
	readonly table?: string;
}

/**
 * Finds the run of godwit whose lock of SQLite's own a connection has met. SQLite's error does not tell whose it was.
 *
 * Several native holders may be members of one link, and SQLite's locks keep their transactions apart. A reader, which is no
 * member, can meet the lock of any run.
 *
 * A run is named that is a member of the link and has a lock, as the system shows. Where the lock of a writer is gone by now, a
 * run that lives is named, since the next attempt finds out. The lock of a reader that is not seen can be one of this
 * process, where the system does not tell connections apart. Where the system shows no locks, the link alone tells.
 *
 * @param cause SQLite's error.
 * @returns undefined when another program has a lock on the file, or no other run lives.
 */
export function otherRun(options: OtherRunOptions, cause: unknown): DatabaseHeldError | undefined {
	const { path, me, inTransaction, isAlone, table } = options;
	const lockPath = `${path}.lock`;
	const found = lookAt(lockPath);
	if (found.state !== "link") return undefined;
	const livenessOf = livenessBeside(lockPath);
	const others = found.link.members.filter(({ owner }) => !sameOwner(owner, me) && livenessOf(owner) !== "dead");
	if (others.length === 0) return undefined;

	function isAt(pid: number, { owner }: Member): boolean {
		return pid === 0 ? livenessOf(owner) === "unknown" : livenessOf(owner) === "alive" && owner.pid === pid;
	}

	const pids = pidsInTheWay(options, (file) => systemLocks(file, table));
	if (pids?.length === 0 && (inTransaction || !isAlone)) return undefined;
	if (pids?.some((pid) => !others.some((member) => isAt(pid, member)))) return undefined;
	const inTheWay = others.filter((member) => pids?.some((pid) => isAt(pid, member)));
	const members = inTheWay.length > 0 ? inTheWay : others;
	const message = describeFound(lockPath, { ...found, link: { ...found.link, members } }, livenessOf);
	return new DatabaseHeldError(message, "godwit", undefined, { cause });
}

/**
 * The processes whose locks can be in the way; undefined where the system does not show them by numbers that mean something
 * here. A reader keeps only a transaction from its end, and with a write-ahead log nobody.
 */
function pidsInTheWay(
	{ path, inTransaction }: OtherRunOptions,
	locksOf: (file: string) => SystemLocks,
): readonly number[] | undefined {
	const shared = `${path}-shm`;
	const hasLog = existsSync(shared);
	const locks = locksOf(hasLog ? shared : path);
	if (!locks.shown || currentPlace().space === undefined) return undefined;
	const pids = locks.holders(inTransaction && !hasLog ? undefined : "write");
	return inTransaction ? pids.filter((pid) => pid !== process.pid) : pids;
}
