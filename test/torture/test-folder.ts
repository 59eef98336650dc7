import { cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

/** A folder with one database, `app.db`, and whatever lies beside it. */
export interface TestFolder extends Disposable {
	readonly folder: string;
	readonly path: string;
	/** The database's file itself, where `path` is a link to it. */
	readonly real: string;
	/** A second database, beside the first. */
	readonly side: string;
	/** Names of the files in the folder, and in folders in it. */
	files(): readonly string[];
	/** The same in another folder; symbolic links stay as they are. */
	copy(): TestFolder;
	/** Makes the folder what another one is: a journal of two files names a third by its whole path. */
	become(other: TestFolder): void;
}

/** @param folder Made when it is not there; by default a new one. */
export function createTestFolder(folder: string = mkdtempSync(join(tmpdir(), "godwit-torture-"))): TestFolder {
	mkdirSync(folder, { recursive: true });
	return {
		folder,
		path: join(folder, "app.db"),
		get real() {
			const { path } = this;
			return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? join(folder, readlinkSync(path)) : path;
		},
		side: join(folder, "side.db"),
		files: () =>
			readdirSync(folder, { recursive: true, withFileTypes: true })
				.filter((entry) => !entry.isDirectory() || entry.name.endsWith(".lock"))
				.map((entry) => relative(folder, join(entry.parentPath, entry.name)))
				.sort(),
		copy() {
			const copy = createTestFolder();
			cpSync(folder, copy.folder, { recursive: true, verbatimSymlinks: true });
			return copy;
		},
		become(other) {
			for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
			cpSync(other.folder, folder, { recursive: true, verbatimSymlinks: true });
		},
		[Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
	};
}
