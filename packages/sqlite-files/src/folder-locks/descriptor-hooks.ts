import fs from "node:fs";
import type { HookedFiles } from "./hooked-files.ts";
import { JOURNAL, type JournalCheck } from "./journal-check.ts";
import { closeFile } from "./kernel-lock.ts";
import type { OpenFiles } from "./open-files.ts";
import { syncFolder, syncFolderOf } from "./sync-folder.ts";

const { openSync, closeSync, fsyncSync, writeSync, ftruncateSync, unlinkSync } = fs;

export type DescriptorHooks = Pick<typeof fs, "closeSync" | "fsyncSync"> & {
	openSync(...args: Parameters<typeof fs.openSync>): number;
	writeSync(...args: unknown[]): number;
	ftruncateSync(...args: Parameters<typeof fs.ftruncateSync>): void;
	unlinkSync(...args: Parameters<typeof fs.unlinkSync>): void;
};

/** In place of the descriptor of a folder that cannot be opened. */
const NO_FOLDER = -2;

/** In place of the functions by which the library opens, syncs, changes and closes files. */
export function descriptorHooks(files: HookedFiles, open: OpenFiles, journals: JournalCheck): DescriptorHooks {
	const folders = new Set<number>();
	let unsyncedJournal: number | undefined;

	function openFolder(args: Parameters<typeof fs.openSync>): number {
		try {
			const folder = openSync(...args);
			folders.add(folder);
			return folder;
		} catch {
			return NO_FOLDER;
		}
	}

	return {
		openSync(...args) {
			const [path, flags] = args;
			// SQLite opens nothing but a folder to read alone, in order to sync it.
			if (flags === "r") return openFolder(args);
			const file = openSync(...args);
			open.add(file, String(path));
			if (String(path).endsWith(JOURNAL) && (Number(flags) & fs.constants.O_CREAT) !== 0) unsyncedJournal = file;
			return file;
		},
		closeSync(file) {
			if (file === NO_FOLDER) return;
			folders.delete(file);
			const path = open.remove(file);
			if (open.size === 0) journals.closed();
			try {
				if (path !== undefined && !files.reading && !open.has(path)) files.closing(path);
			} finally {
				closeFile(file, path ?? "", closeSync);
			}
		},
		fsyncSync(file) {
			if (file === NO_FOLDER) return;
			if (folders.has(file)) {
				syncFolder(file);
				return;
			}
			fsyncSync(file);
			if (file !== unsyncedJournal) return;
			unsyncedJournal = undefined;
			const journal = open.pathOf(file);
			if (journal !== undefined) syncFolderOf(journal);
		},
		writeSync(...args) {
			journals.assertWritable();
			return Reflect.apply(writeSync, fs, args) as number;
		},
		ftruncateSync(...args) {
			journals.assertWritable();
			ftruncateSync(...args);
		},
		unlinkSync(...args) {
			journals.assertWritable();
			unlinkSync(...args);
		},
	};
}
