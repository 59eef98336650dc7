import { MigrateError } from "@godwit/core";
import type { SqliteConfig, SqliteConnection, Usability } from "@godwit/sqlite";
import type { Connector } from "./connections/connector.ts";
import type { SqliteLibrary } from "./connections/library/library.ts";
import { cannotOpen } from "./files/file-errors.ts";

/** How a connection reads SQL. Only what the binding can do is asked of it. */
export type ConnectionOptions = Pick<SqliteConfig, "doubleQuotedStrings">;

/** What a binding package fills in. */
export interface SqliteBinding<Database extends object> {
	/** The library's name, for messages: `better-sqlite3`. */
	readonly name: string;
	/** How the library locks a file, see `SqliteLibrary`. Default `"posix"`, as SQLite itself does. */
	readonly locks?: SqliteLibrary["locks"];
	/** Optional: refuses a path that the library would read as another one, or a runtime without support. Called before anything is made. @throws MigrateError */
	assertUsable?(path: string): void;
	/** Whether the library can take `"text"` for a string. Default false: then the option `doubleQuotedStrings` is refused. */
	readonly doubleQuotedStrings?: boolean;
	/** Opens a file, or `:memory:`. A file that does not exist is made. */
	connect(path: string, options: ConnectionOptions): SqliteConnection;
	/**
	 * Optional: opens a file that exists. SQLite can neither write it nor roll a journal back. Without this function every
	 * read takes the lock beside the file.
	 */
	connectReadOnly?(path: string, options: ConnectionOptions): SqliteConnection;
	/**
	 * Optional: opens an empty database in memory whose `sqlite_schema` may be written under `PRAGMA writable_schema`, which some
	 * libraries forbid otherwise. A schema is copied into it, to try migrations on. `query` of the connection keeps no statement,
	 * since each is asked for once. Without this function the driver has no `analyse`.
	 */
	connectClone?(options: ConnectionOptions): SqliteConnection;
	/**
	 * Wraps a database that the caller has open. `close` of the connection leaves it open.
	 *
	 * @throws MigrateError `ERR_INVALID_OPTION` for a database that was opened without what the options ask for.
	 */
	borrow(database: Database, options: ConnectionOptions): SqliteConnection;
	/**
	 * Optional, where several copies of the library can be loaded: a value that is the same for all databases of one copy and
	 * differs between copies; `undefined` for the copy that `connect` uses.
	 */
	copyOf?(database: Database): unknown;
	/** Whether the caller's database can be used now. */
	usability(database: Database): Usability;
}

/** @param option As the caller has written it. */
export function assertReadsSql<Database extends object>(
	{ name, doubleQuotedStrings = false }: SqliteBinding<Database>,
	config: SqliteConfig,
	option: string,
): void {
	if (!config.doubleQuotedStrings || doubleQuotedStrings) return;
	const message = `${option}=true is not possible with ${name}, which takes double quotes for names alone; node:sqlite can: write the URL with sqlite-node://, or lend a DatabaseSync to @godwit/sqlite-node`;
	throw new MigrateError("ERR_INVALID_OPTION", message, { option, value: "true" });
}

export function connectorOf<Database extends object>(
	binding: SqliteBinding<Database>,
	library: SqliteLibrary,
	config: SqliteConfig,
): Connector {
	const { connectReadOnly } = binding;
	return {
		library,
		connect: (path) => connect(binding, path, config),
		connectInstead: (path) => connect(binding, ":memory:", config, path),
		connectReadOnly: connectReadOnly && ((path) => connectReadOnly.call(binding, path, config)),
		borrowed: undefined,
		walAlone: config.wal === "alone",
	};
}

/** @param wanted What an error names. */
export function connect<Database extends object>(
	binding: SqliteBinding<Database>,
	path: string,
	options: ConnectionOptions,
	wanted: string = path,
): SqliteConnection {
	try {
		return binding.connect(path, options);
	} catch (cause) {
		throw cannotOpen(wanted, cause);
	}
}
