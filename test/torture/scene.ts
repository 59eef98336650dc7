import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder with one database, `app.db`, and whatever lies beside it. */
export interface Scene extends Disposable {
	readonly folder: string;
	readonly path: string;
	/** Names of the files in the folder. */
	files(): readonly string[];
	/** The same in another folder; symbolic links stay as they are. */
	copy(): Scene;
}

/** @param folder Made when it is not there; by default a new one. */
export function createScene(folder: string = mkdtempSync(join(tmpdir(), "godwit-torture-"))): Scene {
	mkdirSync(folder, { recursive: true });
	return {
		folder,
		path: join(folder, "app.db"),
		files: () => readdirSync(folder).sort(),
		copy() {
			const copy = createScene();
			cpSync(folder, copy.folder, { recursive: true, verbatimSymlinks: true });
			return copy;
		},
		[Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
	};
}
