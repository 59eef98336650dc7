import { existsSync } from "node:fs";
import { cleanUpAfter } from "@godwit/core";
import { DatabaseHeldError } from "@godwit/sqlite";
import { filesOf } from "../connections/attached-files.ts";
import type { Connector } from "../connections/connector.ts";
import type { Session } from "../connections/session.ts";
import type { Found } from "../lock-file/link-file.ts";
import { abandonedJournals } from "./abandoned-journals.ts";
import { cannotLeave, cannotOpen } from "./file-errors.ts";
import type { Entering, FileSet } from "./file-set.ts";
import { hasJournal } from "./journal.ts";

/** The locks of a database's files and the connection to it, taken and given back together. */
export interface DatabaseEntry {
	/** Returns whether the locks are held and the connection is open. */
	readonly isInside: boolean;
	/** Takes the locks, opens the connection, and rolls back what dead holders of the lock left. @throws DatabaseHeldError */
	enter(entering: Entering): Promise<void>;
	/** As `FileAccess.takeOver`. */
	takeOver(seen: Found): Promise<boolean>;
	/** Closes the connection, and gives the locks back. @throws MigrateError */
	leave(): Promise<void>;
	/** Returns whether the last `leave` has failed, and so may have given back a part. */
	readonly releaseFailed: boolean;
}

export interface DatabaseEntryOptions {
	readonly path: string;
	readonly connector: Connector;
	readonly files: FileSet;
	readonly session: Session;
}

export function databaseEntry({ path, connector, files, session }: DatabaseEntryOptions): DatabaseEntry {
	const { borrowed, library } = connector;
	const abandoned = abandonedJournals(files, session);
	let releaseFailed = false;

	function isInside(): boolean {
		return files.main.entered && session.isOpen;
	}

	async function openEntered(): Promise<void> {
		try {
			session.open();
			abandoned.rollBack();
		} catch (error) {
			const isTold = error instanceof DatabaseHeldError || session.resultCode(error) !== undefined;
			throw await cleanUpAfter(isTold ? error : cannotOpen(path, error), leave);
		}
	}

	function isClean(file: string): boolean {
		return !hasJournal(file) || session.rollBack(file);
	}

	/**
	 * The connection is closed before the first lock is given back. The last holder looks for a journal under its claim.
	 * With folder locks it looks before the kernel's lock goes: a later journal can be one of a native application.
	 */
	async function leave(): Promise<void> {
		const wasOpen = isInside();
		// Until it has succeeded.
		releaseFailed = true;
		try {
			const clean = wasOpen && isClean(path);
			session.close();
			await files.leave((file) => {
				if (file !== path) return isClean(file);
				return !abandoned.remain && (wasOpen && library.locks === "folder" ? clean : isClean(file));
			});
			releaseFailed = false;
		} catch (error) {
			throw cannotLeave(path, error);
		} finally {
			session.close();
		}
	}

	return {
		get isInside() {
			return isInside();
		},
		async enter(entering) {
			if (isInside() && borrowed === undefined) return;
			// Migrations may use what the caller has attached.
			const lent = borrowed && filesOf((sql) => borrowed.query(sql)).map(({ file }) => file);
			for (const file of lent ?? []) files.include(file);
			try {
				files.enter(entering);
			} catch (error) {
				abandoned.note();
				throw await cleanUpAfter(error, leave);
			}
			abandoned.note();
			await openEntered();
			if (lent !== undefined) session.noteFiles(lent);
		},
		async takeOver(seen) {
			if (!files.main.takeOver(seen)) return false;
			abandoned.note();
			if (existsSync(path)) await openEntered();
			else abandoned.rollBack();
			return true;
		},
		leave,
		get releaseFailed() {
			return releaseFailed;
		},
	};
}
