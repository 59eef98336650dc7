import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderError } from "./folder-error.ts";
import { folderOfCopies } from "./folder-of-copies.ts";

/**
 * A database file that one test has for itself. `remove` or `await using` deletes it. What is not deleted so goes at the end of the
 * process. The workers of Vitest and Jest do not tell of theirs: what they leave goes when another process makes a copy.
 */
export interface DatabaseCopy extends AsyncDisposable {
	/** Of the file, absolute. It is alone in its folder, where a library may put a journal or a lock beside it. */
	readonly path: string;
	/** Deletes the file and its folder. Close what has it open before, which Windows insists on. A second call does nothing. */
	remove(): Promise<void>;
}

export async function copyToFile(bytes: Uint8Array): Promise<DatabaseCopy> {
	try {
		const folder = await mkdtemp(join(folderOfCopies(), "copy-"));
		const path = join(folder, "test.db");
		await writeFile(path, bytes, { mode: 0o600 });
		const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
		return { path, remove, [Symbol.asyncDispose]: remove };
	} catch (cause) {
		const instead = "name another one in the environment variable TMPDIR (TEMP on Windows)";
		throw folderError("cannot copy the template", tmpdir(), instead, cause);
	}
}
