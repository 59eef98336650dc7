import fs from "node:fs";
import { MigrateError } from "@godwit/core";
import type { HookedFiles } from "./hooked-files.ts";
import type { OpenFiles } from "./open-files.ts";

export const JOURNAL = "-journal";

/** Keeps a connection from writing once another program has rolled its journal back. */
export interface JournalCheck {
	/** As `FileHooks.assertJournals`. */
	assertJournals(): void;
	/** @throws MigrateError `ERR_LOCK_LOST` after `assertJournals` has thrown it, until the connection is closed. */
	assertWritable(): void;
	/** Called when the connection is closed. */
	closed(): void;
}

export function journalCheck(files: HookedFiles, open: OpenFiles): JournalCheck {
	let lost: MigrateError | undefined;
	return {
		assertJournals() {
			for (const [file, path] of open.entries()) {
				if (!path.endsWith(JOURNAL) || !files.entered(path.slice(0, -JOURNAL.length))) continue;
				const there = fs.statSync(path, { throwIfNoEntry: false, bigint: true });
				if (there !== undefined && there.ino === fs.fstatSync(file, { bigint: true }).ino) continue;
				const message = `the journal ${path} was taken away while it was needed, so another program has rolled this transaction back; nothing more is written. Look at the database before you go on`;
				lost ??= new MigrateError("ERR_LOCK_LOST", message, { owner: "another program" });
				throw lost;
			}
		},
		assertWritable() {
			if (lost !== undefined) throw lost;
		},
		closed() {
			lost = undefined;
		},
	};
}
