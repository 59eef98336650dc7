import { lstatSync } from "node:fs";
import { resolve } from "node:path";
import { MigrateError } from "@godwit/core";
import type { SqliteConnection } from "@godwit/sqlite";
import type { FileSet } from "../files/file-set.ts";
import { realDatabasePath } from "../files/real-path.ts";
import { attachedName, pathOfName } from "./attached-path.ts";
import type { Session } from "./session.ts";

/** Keeps others off the files that ATTACH opens. */
export interface AttachedFiles {
	/** Belongs before the statement, which reads the file. @param expression What names the file, as SQL. */
	enter(expression: string): void;
	/** Belongs after it. Finds a file whose name ATTACH has read in another way than `enter`. @throws MigrateError `ERR_DATABASE` */
	attached(): void;
	/** Belongs after DETACH. */
	detached(): void;
}

export interface AttachedFilesOptions {
	readonly session: Session;
	readonly files: FileSet;
	/** Whether the library locks with folders. Such a library does not follow symbolic links. */
	readonly inFolders: boolean;
	readonly query: SqliteConnection["query"];
}

export function attachedFiles({ session, files, inFolders, query }: AttachedFilesOptions): AttachedFiles {
	function enter(expression: string): void {
		const name = attachedName(query, expression);
		const path = pathOfName(name);
		if (path === undefined) return;
		const real = realPathOf(path);
		if (real === undefined) return;
		if (inFolders && lstatSync(resolve(path), { throwIfNoEntry: false })?.isSymbolicLink()) {
			const message = `${path} is a symbolic link, and node-sqlite3-wasm names journal and lock after it; attach ${real} itself`;
			throw new MigrateError("ERR_DATABASE", message, {});
		}
		session.use(files.attach(path, () => filesOf(query).map(({ file }) => file)));
	}

	/** @returns undefined for a path that leads nowhere, which SQLite reports. */
	function realPathOf(path: string): string | undefined {
		try {
			return realDatabasePath(path);
		} catch {
			return undefined;
		}
	}

	function attached(): void {
		const all = filesOf(query);
		for (const { name, file } of all) {
			if (files.has(file)) continue;
			const message = `${file} was attached as ${name} without its lock, since its name could not be read before; write its path as a plain text`;
			throw new MigrateError("ERR_DATABASE", message, {});
		}
		session.noteFiles(all.map(({ file }) => file));
	}

	return { enter, attached, detached: () => session.noteFiles(filesOf(query).map(({ file }) => file)) };
}

/** The files of a connection's databases, by real path, and the names that it has them by. */
export function filesOf(query: SqliteConnection["query"]): readonly { readonly name: string; readonly file: string }[] {
	return query("PRAGMA database_list")
		.filter(({ file }) => file !== null && file !== "")
		.map(({ name, file }) => ({ name: String(name), file: realDatabasePath(String(file)) }));
}
