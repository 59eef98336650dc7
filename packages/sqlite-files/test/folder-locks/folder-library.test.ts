import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { folderLibrary } from "../../src/folder-locks/folder-library.ts";

describe("folderLibrary", () => {
	it("lets a read end while the lock is held and no connection for writing is open", () => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-folder-library-"));
		onTestFinished(() => rmSync(folder, { recursive: true }));
		const path = join(folder, "app.db");
		writeFileSync(path, "");
		const library = folderLibrary({
			path,
			name: "node-sqlite3-wasm",
			walAlone: false,
			entered: () => true,
			enter() {},
		});
		expect(library.reading(() => library.assertMayCommit())).toBeUndefined();
		expect(() => library.assertMayCommit()).toThrow("another file was put in the place of");
	});
});
