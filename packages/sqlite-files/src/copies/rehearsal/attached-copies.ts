import { constants, copyFileSync, existsSync, lstatSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { MigrateError, type ReachedFile } from "@godwit/core";
import { cutSql, type SqliteConnection } from "@godwit/sqlite";
import { type AttachStatement, attachedName, pathOfName } from "../../connections/attached-path.ts";
import { realDatabasePath } from "../../files/real-path.ts";
import type { RehearsalFolder } from "./rehearsal-folder.ts";

export interface AttachedCopiesOptions {
	readonly folder: RehearsalFolder;
	/** The real path of the database that is rehearsed on a copy. */
	readonly database: string;
	/** Opens a file that exists; SQLite reads it as any other program does. */
	readonly connect: (path: string) => SqliteConnection;
	/** Whether `connect` opens with the same copy of the library that the application has its databases open with. */
	readonly isOwnCopy: boolean;
	/** Whether the library locks with folders. Such a library does not follow symbolic links. */
	readonly inFolders: boolean;
	readonly reached: ReachedFile[];
}

/** The copies of files that bodies attach: one of each file for the whole rehearsal. */
export interface AttachedCopies {
	/**
	 * Runs a statement that attaches a file, with a copy in the place of that file; as it is where it attaches none.
	 *
	 * @param connection Runs it, and evaluates its expressions as SQLite does.
	 * @throws MigrateError `ERR_UNSUPPORTED` for a file that cannot be copied, `ERR_DATABASE` for one that cannot be attached; what
	 *   SQLite throws.
	 */
	attach(connection: SqliteConnection, sql: string, statement: AttachStatement): void;
	/** Those that were attached, in the order in which they first were. Grows. */
	readonly made: readonly AttachedCopy[];
}

/** The copy of one file, and what it was before. */
export interface AttachedCopy {
	/** The name under which a statement has attached it first; that of the file for as long as none has. */
	readonly schema: string;
	/** The file that was copied. */
	readonly file: string;
	readonly path: string;
	readonly before: string;
}

export function attachedCopies(options: AttachedCopiesOptions): AttachedCopies {
	const { folder, database, isOwnCopy, reached } = options;
	const copies = new Map<string, Attachable>();

	function note(sql: string, how: ReachedFile["how"], message: string): void {
		reached.push({ sql: cutSql(sql), how, message });
	}

	function noted(sql: string, what: string, make: () => Attachable): Attachable {
		try {
			const copy = make();
			note(sql, "copied", `${what}: a copy was attached in its place`);
			return copy;
		} catch (error) {
			note(sql, "not run", `${what}, and was not attached`);
			throw error;
		}
	}

	function assertCanBeCopied(name: string, path: string): void {
		if (name.startsWith("file:")) throw cannot(`${name} is attached by a URI; name the file by its path`);
		if (isOwnCopy) return;
		throw cannot(`${path} cannot be copied through another copy of the SQLite library; open the database by URL`);
	}

	function copyOf(file: string, real: string): Attachable {
		const known = copies.get(real);
		if (known !== undefined) return known;
		const name = `attached-${copies.size + 1}`;
		const [path, before] = [folder.newFile(`${name}.db`), folder.newFile(`${name}-before.db`)];
		if (existsSync(real)) copyInto(options, file, real, path);
		copyFileSync(path, before, constants.COPYFILE_FICLONE);
		const made = { schema: basename(file), isNamed: false, file, path, before };
		copies.set(real, made);
		return made;
	}

	function attachable(name: string, path: string): Attachable {
		assertCanBeCopied(name, path);
		const real = realPathOf(path, options);
		if (real === database) throw cannot(`${path} is the database itself, and would be attached to its own copy`);
		return copyOf(path, real);
	}

	return {
		get made() {
			return [...copies.values()];
		},
		attach(connection, sql, { expression, rest }) {
			const name = attachedName(connection.query, expression);
			const path = pathOfName(name);
			if (path === undefined) return connection.run(sql);
			const copy = noted(sql, `${path} is outside of the database`, () => attachable(name, path));
			connection.run(`ATTACH '${copy.path.replaceAll("'", "''")}' ${rest}`);
			if (copy.isNamed) return;
			// The name can be an expression as well. The newest is the last one.
			copy.schema = String(connection.query("PRAGMA database_list").at(-1)?.name);
			copy.isNamed = true;
		},
	};
}

/** A copy that may not be attached yet. */
interface Attachable extends AttachedCopy {
	schema: string;
	isNamed: boolean;
}

function realPathOf(path: string, { inFolders }: AttachedCopiesOptions): string {
	const parent = dirname(resolve(path));
	if (!existsSync(parent)) {
		throw new MigrateError("ERR_DATABASE", `cannot attach ${path}: there is no folder ${parent}; make it first`, {});
	}
	const real = realDatabasePath(path);
	if (!inFolders || !lstatSync(resolve(path), { throwIfNoEntry: false })?.isSymbolicLink()) return real;
	const message = `${path} is a symbolic link, and node-sqlite3-wasm names journal and lock after it; attach ${real} itself`;
	throw new MigrateError("ERR_DATABASE", message, {});
}

/** At once, since SQLite's calls are. VACUUM INTO reads the file in one transaction, under SQLite's own locks. */
function copyInto({ connect }: AttachedCopiesOptions, path: string, real: string, copy: string): void {
	const connection = connect(real);
	try {
		connection.run(`VACUUM INTO '${copy.replaceAll("'", "''")}'`);
	} catch (error) {
		if (connection.resultCode(error) === undefined) throw error;
		throw cannot(`${path} cannot be copied now: ${(error as Error).message}`, error);
	} finally {
		connection.close();
	}
}

function cannot(reason: string, cause?: unknown): MigrateError<"ERR_UNSUPPORTED"> {
	return new MigrateError(
		"ERR_UNSUPPORTED",
		`this cannot be rehearsed: ${reason}`,
		{ capability: "rehearsal" },
		{ cause },
	);
}
