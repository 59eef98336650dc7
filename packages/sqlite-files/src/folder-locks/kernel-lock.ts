import { existsSync } from "node:fs";
import { MigrateError } from "@godwit/core";
import { DatabaseHeldError } from "@godwit/sqlite";
import { nodeDatabaseClass } from "../node-sqlite/database-class.ts";
import { nodeResultCode } from "../node-sqlite/result-code.ts";
import { type OwnDescriptor, ownDescriptor } from "./own-descriptor.ts";
import { type LockKind, type SystemLocks, systemLocks } from "./system-locks/system-locks.ts";

/**
 * SQLite's exclusive lock on a file, held by a connection of `node:sqlite` while a library without POSIX locks works on the
 * file. The kernel then keeps native applications out, wherever they run. The connection writes nothing.
 */
export interface KernelLock {
	/** What the lock cannot keep out, as a sentence; `undefined` when it is held and the system shows it. */
	readonly notice: string | undefined;
	/**
	 * Checks that the lock is held. Any close of the file in this process drops it silently, see https://sqlite.org/howtocorrupt.html#posix_close_bug
	 * A connection of another copy of SQLite in this process replaces it by its own, which is noticed unless that is exclusive too.
	 *
	 * @throws MigrateError `ERR_LOCK_LOST` when it is gone; DatabaseHeldError for a lock of another process.
	 */
	assertHeld(): void;
	/** Belongs before the other library closes the file. */
	release(): void;
}

/**
 * Takes the kernel's lock. Belongs after the other library has opened the file.
 *
 * @throws DatabaseHeldError when a native connection has the file.
 */
export function takeKernelLock(path: string): KernelLock {
	const locks = systemLocks(path);
	const Connection = nodeDatabaseClass();
	if (Connection === undefined) return lookOnly(path, locks);
	const before = locks.holders();
	if (before.includes(process.pid)) throw inUse(path, before);
	const helper = new Connection(path);
	const later: OwnDescriptor[] = [];
	let visible: boolean;
	let kind: LockKind | undefined;
	try {
		helper.exec("PRAGMA busy_timeout = 0");
		// An error of exec has no result code on Deno.
		helper.prepare("BEGIN EXCLUSIVE").run();
		visible = locks.holders().includes(process.pid);
		// On a file that may not be written SQLite takes a lock that only reads.
		kind = locks.holders("exclusive").includes(process.pid) ? "exclusive" : undefined;
	} catch (error) {
		helper.close();
		throw isBusy(error) ? inUse(path, locks.holders()) : error;
	}
	held.set(path, later);
	return {
		notice: visible
			? undefined
			: `${path}: this system does not show the locks on files, so it cannot be seen when another part of this process drops the one of this run`,
		assertHeld() {
			// While this lock is held nobody else has one. A file of the same number on another file system may have one.
			if (!visible || locks.seesOwn(kind) || locks.holders(kind).includes(process.pid)) return;
			const holders = locks.holders();
			const owner = holders.length > 0 ? describeProcesses(holders) : "nobody";
			const message = `another part of this process closed ${path}, or used it with another copy of SQLite, so that SQLite's lock on it was lost; nothing was committed. Do that before, or in another process`;
			throw new MigrateError("ERR_LOCK_LOST", message, { owner });
		},
		release() {
			held.delete(path);
			try {
				if (helper.isTransaction) helper.exec("ROLLBACK");
			} finally {
				try {
					helper.close();
				} finally {
					for (const file of later) file.close();
					locks.close();
				}
			}
		},
	};
}

/** Descriptors to close once the lock on their file is released, by path. To close one sooner would drop the lock. */
const held = new Map<string, OwnDescriptor[]>();

/** Closes a descriptor of a database file, now or when this thread's lock on the file is released. */
export function closeFile(file: number, path: string, close: (file: number) => void): void {
	const later = held.get(path);
	if (later === undefined) close(file);
	else later.push(ownDescriptor(file));
}

/**
 * Belongs before the other library opens the file, because closing it would drop the locks of a native connection in this
 * process.
 *
 * @throws DatabaseHeldError when such a connection holds a lock.
 */
export function assertNotLockedHere(path: string): void {
	if (held.has(path) || !existsSync(path)) return;
	const holders = systemLocks(path).holders();
	if (holders.includes(process.pid)) throw inUse(path, holders);
}

/** Returns whether the runtime has `node:sqlite`, which takes the kernel's locks. */
export function hasKernelLocks(): boolean {
	return nodeDatabaseClass() !== undefined;
}

/** Without `node:sqlite` no lock can be taken. Looks for locks of others instead, where the system shows them. */
function lookOnly(path: string, locks: SystemLocks): KernelLock {
	function assertNone(kind?: "write"): void {
		const holders = locks.holders(kind);
		if (holders.length > 0) throw inUse(path, holders);
	}
	assertNone();
	const reason = locks.shown
		? "an application that opens it natively from now on"
		: "an application that has it open natively";
	return {
		notice: `${path}: this runtime has no node:sqlite, so ${reason} cannot be kept out; stop such applications while it is migrated`,
		// A reader does not take the lock beside the file, and may have a lock for a moment.
		assertHeld: () => assertNone("write"),
		release() {},
	};
}

function inUse(path: string, holders: readonly number[]): DatabaseHeldError {
	const processes = holders.length === 0 ? "another process" : describeProcesses(holders);
	return new DatabaseHeldError(
		`${path} is in use by ${processes} through native SQLite, which node-sqlite3-wasm cannot share a database with`,
		"other",
	);
}

function describeProcesses(pids: readonly number[]): string {
	return pids
		.map((pid) => {
			if (pid === process.pid) return `this process (${pid})`;
			return pid === 0 ? "a process in another container" : `process ${pid}`;
		})
		.join(", ");
}

function isBusy(error: unknown): boolean {
	return nodeResultCode(error) === "SQLITE_BUSY";
}
