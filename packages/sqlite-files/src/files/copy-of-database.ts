import { cleanUpAfter } from "@godwit/core";
import type { LockingConnection } from "../connections/locking-connection.ts";
import { copyWithoutLock, type UnlockedCopyOptions } from "../reading/copy-without-lock.ts";
import { LOCK_NEEDED } from "../reading/unlocked-read.ts";
import type { DatabaseEntry } from "./database-entry.ts";

export interface CopyOfDatabaseOptions extends UnlockedCopyOptions {
	readonly entry: DatabaseEntry;
	/** Enters for a read. @throws DatabaseHeldError */
	readonly enter: () => Promise<void>;
	readonly connection: LockingConnection;
}

/** Returns a function that copies the database to another file, under the lock only where that is needed. As `FileAccess.copyTo`. */
export function copyOfDatabase(options: CopyOfDatabaseOptions): (file: string) => Promise<void> {
	const { entry, enter, connection } = options;
	return async (file) => {
		if (entry.isInside) return connection.copyTo(file);
		const copied = await copyWithoutLock(options, () => connection.copyTo(file));
		if (copied !== LOCK_NEEDED) return;
		await enter();
		try {
			await connection.copyTo(file);
		} catch (error) {
			throw await cleanUpAfter(error, entry.leave);
		}
		await entry.leave();
	};
}
