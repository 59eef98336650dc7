import type { Driver } from "@godwit/core";
import {
	type Analyse,
	type BorrowedConnection,
	type Correct,
	type DatabaseAccess,
	openAccess,
	type SqliteConfig,
	type SqliteConnection,
	type SqliteDriverOptions,
	sqliteDriver,
} from "@godwit/sqlite";
import type { SqliteLibrary } from "../connections/library/library.ts";
import { scratchConnection } from "../connections/scratch-connection.ts";
import { databaseCopies } from "../copies/database-copies.ts";
import type { FileAccess } from "../files/file-access.ts";
import { openFileAccess } from "../files/open-file-access.ts";
import { connect, connectorOf, type SqliteBinding } from "../sqlite-binding.ts";

/** Loaded when it is asked for, as most runs do without. */
const analyse: Analyse = async (...args) => (await import("@godwit/sqlite-analysis")).analyse(...args);

const correct: Correct = async (...args) => (await import("@godwit/sqlite-analysis")).correctText(...args);

/** A database in a file. */
export interface DatabaseFile {
	readonly access: FileAccess;
	/** Its real path. */
	readonly path: string;
	/** The library that has it open. */
	readonly library: SqliteLibrary;
}

/** What differs between the drivers over an access. */
export interface DriverOver {
	readonly borrowed?: BorrowedConnection;
	readonly file?: DatabaseFile;
	/** Whether migrations are only tried on the database. Default false. */
	readonly trial?: boolean;
}

/** The drivers that one binding gives. */
export interface Drivers {
	/**
	 * Makes the access to a database file.
	 *
	 * @param path The real path.
	 * @param use `"read"`: the connection cannot write the file, where the library can open such a one. Default `"write"`.
	 */
	accessTo(path: string, config: SqliteConfig, use?: "read" | "write"): FileAccess;
	/** Makes a driver over an access. @param name The database, for messages. */
	over(access: DatabaseAccess, name: string, config: SqliteConfig, differing?: DriverOver): Driver;
}

export function driversOf<Database extends object>(binding: SqliteBinding<Database>, library: SqliteLibrary): Drivers {
	function accessTo(path: string, config: SqliteConfig, use: "read" | "write" = "write"): FileAccess {
		const connector = connectorOf(binding, library, config);
		const { connect, connectReadOnly = connect } = connector;
		return openFileAccess(path, use === "read" ? { ...connector, connect: connectReadOnly } : connector, config);
	}

	function over(
		access: DatabaseAccess,
		path: string,
		config: SqliteConfig,
		{ borrowed, file, trial }: DriverOver = {},
	): Driver {
		const scratch = async (): Promise<Driver> => {
			const empty = scratchConnection(connect(binding, ":memory:", config));
			return over(openAccess(empty), "the database where something is tried", config, { trial: true });
		};
		const { connectClone } = binding;
		const openClone = connectClone && (() => scratchConnection(connectClone.call(binding, config)));
		const analysis = openClone && { analyse, correct, openClone };
		const inMemory = (): SqliteConnection =>
			scratchConnection(connect(binding, ":memory:", { ...config, doubleQuotedStrings: false }));
		const own = { access, path, config, borrowed, trial, scratch, inMemory, analysis };
		return sqliteDriver({ ...own, ...(file && ofFile(file, config)) });
	}

	/** What only a driver of a file has. */
	function ofFile(
		{ access, path, library }: DatabaseFile,
		config: SqliteConfig,
	): Pick<SqliteDriverOptions, "copies" | "examineFile"> {
		const copies = databaseCopies({
			access,
			path,
			config,
			library,
			isOwnCopy: library.copy === binding,
			accessTo: (other, use) => accessTo(other, config, use),
			connect: (copy) => connect(binding, copy, config),
			driverOver: (connection, copy) => over(openAccess(connection), copy, config, { trial: true }),
		});
		return { copies, examineFile: async () => (await import("../doctor/examine-file.ts")).examineFile(path) };
	}

	return { accessTo, over };
}
