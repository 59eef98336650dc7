import { constants, copyFileSync, statSync } from "node:fs";
import { cleanUpAfter, type ReachedFile, type RehearsalCopy, type RehearsalOptions } from "@godwit/core";
import { inTransaction, lockRow, retryWhileBusy } from "@godwit/sqlite";
import { copyFailure } from "../copy-failure.ts";
import type { CopiesOptions } from "../database-copies.ts";
import { attachedCopies } from "./attached-copies.ts";
import { type ComparedCopies, compareCopies, compareRowsOfCopies } from "./compare-copies.ts";
import { rehearsalConnection } from "./rehearsal-connection.ts";
import { COPIES_ELSEWHERE, makeRehearsalFolder } from "./rehearsal-folder.ts";

/**
 * Copies the database twice: to what migrations are tried on, and to what it was before. The first copy is SQLite's, as the database
 * is in one moment; the second is one of that file, which nobody knows yet.
 *
 * @throws MigrateError `ERR_DATABASE`, `ERR_BUSY`, `ERR_LOCK_TIMEOUT`. Then nothing is left.
 */
export async function makeRehearsal(
	options: CopiesOptions,
	{ directory }: RehearsalOptions,
	isTool: (table: string) => boolean,
): Promise<RehearsalCopy> {
	const { access, path: database, config, library, isOwnCopy, connect, driverOver } = options;
	const what = `cannot rehearse on a copy of ${database}`;
	const folder = makeRehearsalFolder(database, directory);
	try {
		const path = await folder.received("after.db", async (copying) => {
			// SQLite's backup of a file without pages is none.
			if ((statSync(database, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
			await retryWhileBusy(access.connection, config, () => access.copyTo(copying));
		});
		const before = folder.newFile("before.db");
		await freeLock(options, path);
		copyFileSync(path, before, constants.COPYFILE_FICLONE);
		const reached: ReachedFile[] = [];
		const inFolders = library.locks === "folder";
		const attached = attachedCopies({ folder, database, connect, isOwnCopy, inFolders, reached });
		const copies = (): ComparedCopies => ({ path, before, attached: attached.made, connect, isTool, what });
		return {
			bytes: statSync(path).size,
			reached,
			open: async () => driverOver(rehearsalConnection(connect(path), attached, reached), `the copy of ${database}`),
			compare: async (tables) => ({ ...compareCopies(copies(), tables), bytes: statSync(path).size }),
			compareRows: async (tables) => compareRowsOfCopies(copies(), tables),
			remove: async () => folder.remove(),
		};
	} catch (error) {
		const failed = { what, room: folder.parent, elsewhere: COPIES_ELSEWHERE };
		const reason = copyFailure(access.connection, failed, error);
		throw await cleanUpAfter(reason, async () => folder.remove());
	}
}

/** The copy is nobody else's, whoever has the lock of the database. */
async function freeLock({ access, config, connect }: CopiesOptions, path: string): Promise<void> {
	const copy = connect(path);
	try {
		const row = lockRow(copy, `${config.migrationsTable}_lock`, config.lockLeaseMs, access.holders);
		if (row.recorded() === undefined) return;
		await inTransaction(copy, { ...config, txMode: "immediate" }, () => row.clear());
	} finally {
		copy.close();
	}
}
