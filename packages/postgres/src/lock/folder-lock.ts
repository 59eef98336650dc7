import { DatabaseSync } from "node:sqlite";
import { lockTimeout, withBackoff } from "@godwit/core";

/** See https://sqlite.org/rescode.html#busy */
const BUSY = 5;

/**
 * Keeps every other process, and every other driver of this one, off a folder: an open transaction on a file beside it, which
 * is a lock that the system drops when this process dies.
 *
 * @returns Gives the folder back. The file stays, since to delete it would let two others in at once.
 * @throws MigrateError `ERR_LOCK_TIMEOUT`.
 */
export async function lockFolder(folder: string, timeoutMs: number): Promise<() => void> {
	const database = new DatabaseSync(`${folder}.godwit-lock`, { timeout: 0 });
	const since = performance.now();
	try {
		const taken = await withBackoff(() => (tryExclusive(database) ? true : undefined), { timeoutMs, since });
		if (taken === undefined) {
			const reason = `${folder} is open in another driver, of this process or another one: PGlite has one user at a time`;
			throw lockTimeout({ owner: "another driver", reason }, Math.round(performance.now() - since));
		}
	} catch (error) {
		database.close();
		throw error;
	}
	return () => database.close();
}

function tryExclusive(database: DatabaseSync): boolean {
	try {
		database.exec("BEGIN EXCLUSIVE");
		return true;
	} catch (error) {
		if ((error as { readonly errcode?: number }).errcode === BUSY) return false;
		throw error;
	}
}
