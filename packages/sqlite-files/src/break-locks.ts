import { existsSync } from "node:fs";
import { cleanUpAfter, MigrateError } from "@godwit/core";
import {
	DatabaseHeldError,
	inTransaction,
	type Liveness,
	lockRow,
	retryWhileBusy,
	type SqliteConfig,
} from "@godwit/sqlite";
import type { FileAccess } from "./files/file-access.ts";
import { describeFound } from "./lock-file/describe-found.ts";
import { type Found, lookAt } from "./lock-file/link-file.ts";
import { livenessBeside } from "./lock-file/liveness-beside.ts";
import type { Owner } from "./owners/owner.ts";

export type Confirm = (holder: string) => Promise<boolean>;

/**
 * Clears the locks of one database that a person says nobody holds any more: the one beside the file, and the lock row.
 *
 * Clears the lock that was shown to the person, or none. A journal is rolled back before the lock is removed.
 *
 * @param confirm Asks the person about one lock.
 * @returns How many were cleared.
 * @throws MigrateError `ERR_LOCK_TIMEOUT` for a holder that this process can see at work; `ERR_DATABASE` when a journal
 *   cannot be rolled back.
 */
export async function breakLocks(
	access: FileAccess,
	path: string,
	config: SqliteConfig,
	confirm: Confirm,
): Promise<number> {
	const lockPath = `${path}.lock`;
	const livenessOf = livenessBeside(lockPath);
	const seen = lookAt(lockPath);
	const asks = needsPerson(seen, livenessOf);
	// Opening would make a database. A lock of dead owners without a database is taken over by the next run.
	const exists = existsSync(path);
	if (!asks && !exists) return 0;
	if (asks) {
		if (!(await confirm(describeFound(lockPath, seen, livenessOf)))) return 0;
		// While the person was asked, another process may have taken it.
		if (!(await access.takeOver(seen))) return 0;
	} else {
		await enterBeside(access);
	}
	let cleared: number;
	try {
		cleared = exists ? await breakRow(access, config, confirm) : 0;
	} catch (error) {
		throw await cleanUpAfter(error, access.leave);
	}
	await access.leave();
	if (!access.entered && !access.keptLock) return cleared + (asks ? 1 : 0);
	const message = `the journal beside ${path} cannot be rolled back, so ${lockPath} has to stay; look at the permissions of the file, and for a program that uses it`;
	throw new MigrateError("ERR_DATABASE", message, {});
}

/** Returns whether only a person can know that nobody holds a lock: its program is not godwit, or cannot be checked from here. */
function needsPerson(found: Found, livenessOf: (owner: Owner) => Liveness): boolean {
	if (found.state !== "link") return found.state === "foreign";
	const states = found.link.members.map(({ owner }) => livenessOf(owner));
	return states.includes("unknown") && !states.includes("alive");
}

async function enterBeside(access: FileAccess): Promise<void> {
	try {
		await access.join();
	} catch (error) {
		if (!(error instanceof DatabaseHeldError) || error.holder !== "godwit") throw error;
		const message = `${error.message}; it runs, so its lock cannot be cleared: end that process, and the lock goes with it`;
		throw new MigrateError("ERR_LOCK_TIMEOUT", message, { waitedMs: 0, owner: error.message }, { cause: error });
	}
}

async function breakRow(access: FileAccess, config: SqliteConfig, confirm: Confirm): Promise<number> {
	const { connection } = access;
	const row = lockRow(connection, `${config.migrationsTable}_lock`, config.lockLeaseMs, access.holders);
	const holder = await retryWhileBusy(connection, config, () => row.recorded());
	if (holder === undefined || !(await confirm(`the migration lock is held by ${holder.description}`))) return 0;
	return inTransaction(connection, { ...config, txMode: "immediate" }, () => {
		// While the person was asked, another process may have taken the lock.
		if (row.recorded()?.key !== holder.key) return 0;
		row.clear();
		return 1;
	});
}
