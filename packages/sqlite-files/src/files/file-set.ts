import { dirname, relative, resolve } from "node:path";
import { lockTimeout, suppress, withBackoff } from "@godwit/core";
import { DatabaseHeldError } from "@godwit/sqlite";
import type { LinkKind } from "../lock-file/link.ts";
import { makerOfClaim } from "../lock-file/link-file.ts";
import { type LockFile, lockFile } from "../lock-file/lock-file.ts";
import type { Holder } from "../owners/holder.ts";
import { describeOwner } from "../owners/owner.ts";
import { hasJournal } from "./journal.ts";
import { assertOneName } from "./names/one-name.ts";
import { notices } from "./notices.ts";
import { realDatabasePath } from "./real-path.ts";

/** The locks of a main database and of every file that is attached to it, by real path. */
export interface FileSet {
	readonly main: LockFile;
	/** Returns whether others are kept off a file, by its real path. */
	has(path: string): boolean;
	/** Returns whether no file is attached. */
	readonly isAlone: boolean;
	/** Adds a file to those that `enter` takes. */
	include(path: string): void;
	/** Takes back an `include`, unless the file's lock is held. */
	exclude(path: string): void;
	/**
	 * Takes all locks. Tries once. A `leave` has to follow also when it fails, since it may have taken some.
	 *
	 * They are taken in the order of their paths, so that no two processes wait for each other's second lock for ever.
	 *
	 * @param entering Which locks may be taken beside a living native holder. Never that of an attached file: two runs
	 *   that share one can meet each other's transaction in it. Default `"run"`: none.
	 * @throws DatabaseHeldError
	 */
	enter(entering?: Entering): void;
	/**
	 * Takes the lock of one more file while the others are held. Tries once.
	 *
	 * The main database's lock notes the file, so that whoever takes that lock over rolls the file's journal back too.
	 *
	 * @param attachedNow Optional: the files that are attached, by real path. Asked when the lock has no room for another name; those
	 *   that are neither attached nor have a journal then give theirs up.
	 * @returns The real path.
	 * @throws DatabaseHeldError, which names the file.
	 */
	attach(path: string, attachedNow?: () => readonly string[]): string;
	/** The attached files that dead holders of the lock have noted, by path. */
	readonly abandoned: readonly string[];
	/** As `DatabaseAccess.tellNotices`, for each file beside which no link can be made. */
	tellNotices(tell: ((notice: string) => void) | undefined): void;
	/** Gives all locks back, the main database's last. @param asLast As that of `LockFile.leave`, for each file. */
	leave(asLast: (path: string) => boolean): Promise<void>;
}

/**
 * `"run"`: all locks, none beside a living native holder. `"join"`: all locks, the main database's also beside living
 * native holders. `"read"`: the main database's alone, also beside living native holders.
 */
export type Entering = "run" | "join" | "read";

export interface FileSetOptions {
	readonly path: string;
	readonly kind: LinkKind;
	readonly holder: Holder;
	/** The SQLite library that works on the files, for messages. */
	readonly library: string;
	readonly leaseMs: number;
	/** How long `leave` waits for another run that is changing the lock, in milliseconds. */
	readonly lockTimeoutMs: number;
}

export function fileSet({ path: mainPath, kind, holder, library, leaseMs, lockTimeoutMs }: FileSetOptions): FileSet {
	const make = (databasePath: string): LockFile => lockFile({ databasePath, kind, holder, library, leaseMs });
	const main = make(mainPath);
	const locks = new Map<string, LockFile>([[mainPath, main]]);
	/** All locks were taken. Until then a file that was included stays for the next `enter`. */
	let complete = false;
	const withoutLinks = notices(() => [...locks].map(([path, lock]) => noticeOf(path, lock)));

	async function leaveOne(path: string, lock: LockFile, asLast: (path: string) => boolean): Promise<void> {
		await giveBack(lock, () => asLast(path), lockTimeoutMs);
		if (path !== mainPath && !lock.entered && complete) locks.delete(path);
	}

	function note(path: string, attachedNow?: () => readonly string[]): void {
		const isNeeded = attachedNow && isInUse(attachedNow);
		if (main.note(relative(dirname(mainPath), path), isNeeded && ((file) => isNeeded(pathOfNoted(mainPath, file)))))
			return;
		throw new DatabaseHeldError(`${main.path} is just changing hands`, "godwit");
	}

	return {
		main,
		has: (path) => locks.get(path)?.entered === true,
		get isAlone() {
			return locks.size === 1;
		},
		include(path) {
			if (!locks.has(path)) locks.set(path, make(path));
		},
		exclude(path) {
			if (path !== mainPath && locks.get(path)?.entered === false) locks.delete(path);
		},
		enter(entering = "run") {
			const wanted = entering === "read" ? [[mainPath, main] as const] : [...locks];
			for (const [path, lock] of wanted.sort(([one], [other]) => (one < other ? -1 : 1))) {
				assertOneName(path);
				lock.enter(entering !== "run" && path === mainPath);
			}
			if (entering === "read") return;
			for (const path of locks.keys()) if (path !== mainPath) note(path);
			complete = true;
		},
		attach(name, attachedNow) {
			const path = realDatabasePath(name);
			const lock = locks.get(path) ?? make(path);
			if (path === mainPath && lock.entered) return path;
			assertOneName(path);
			return namingFile(path, () => {
				// Also a file whose lock is held: it may have given up its name.
				note(path, attachedNow);
				if (lock.entered) return path;
				lock.enter();
				locks.set(path, lock);
				complete = true;
				withoutLinks.add(noticeOf(path, lock));
				return path;
			});
		},
		get abandoned() {
			return main.noted.map((file) => pathOfNoted(mainPath, file));
		},
		tellNotices: withoutLinks.listen,
		async leave(asLast) {
			withoutLinks.listen(undefined);
			const failures: unknown[] = [];
			const attached = [...locks].filter(([path]) => path !== mainPath).reverse();
			for (const [path, lock] of attached) {
				await leaveOne(path, lock, asLast).catch((error: unknown) => failures.push(error));
			}
			// A lock that stays is noted by the main database's, so that one stays too.
			if (!attached.some(([, lock]) => lock.entered)) {
				await leaveOne(mainPath, main, asLast).catch((error: unknown) => failures.push(error));
			}
			complete &&= main.entered;
			if (failures.length > 0) throw failures.reduce((first, later) => suppress(first, later));
		},
	};
}

/** Says that no link can be made beside a file, if so. */
function noticeOf(path: string, lock: LockFile): string | undefined {
	if (!lock.withoutLink) return undefined;
	return `no symbolic link can be made beside ${path}, so applications on node-sqlite3-wasm cannot be kept out; stop them while it is migrated`;
}

/** Names the file to which somebody else's lock belongs. */
function namingFile<T>(path: string, work: () => T): T {
	try {
		return work();
	} catch (error) {
		if (!(error instanceof DatabaseHeldError)) throw error;
		throw new DatabaseHeldError(error.message, error.holder, path);
	}
}

/** A lock names files from its own folder. */
function pathOfNoted(mainPath: string, file: string): string {
	return resolve(dirname(mainPath), file);
}

/** Returns a function that tells whether a file is attached, or has a journal that may have to be rolled back. */
function isInUse(attachedNow: () => readonly string[]): (path: string) => boolean {
	let attached: readonly string[] | undefined;
	return (path) => {
		attached ??= attachedNow();
		return attached.includes(path) || hasJournal(path);
	};
}

/** Waits while another process is changing the lock. @throws MigrateError `ERR_LOCK_TIMEOUT`; as `LockFile.leave`. */
async function giveBack(lock: LockFile, asLast: () => boolean, timeoutMs: number): Promise<void> {
	const attempt = (): true | undefined => (lock.leave(asLast) ? true : undefined);
	if ((await withBackoff(attempt, { timeoutMs })) !== undefined) return;
	const maker = makerOfClaim(lock.path);
	const owner = maker === undefined ? "another process" : describeOwner(maker);
	throw lockTimeout({ owner, reason: `${lock.path} is being changed by ${owner}` }, timeoutMs);
}
