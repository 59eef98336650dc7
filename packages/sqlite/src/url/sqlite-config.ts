import { boolOption, durationOption, leaseOption, type OptionTable, oneOfOption, optionTable } from "@godwit/sql";
import type { TransactionMode } from "../connection/sqlite-connection.ts";

/**
 * How the driver works on one database. Each option is an `x-` parameter of the URL too: `migrationsTable` is
 * `x-migrations-table`, and a duration, in milliseconds here, is written as in Go there (`x-lock-timeout=15s`).
 */
export interface SqliteConfig {
	/** Table that holds version and dirty flag. The lock is a row in the table of this name followed by `_lock`. */
	readonly migrationsTable: string;
	/** Runs every body outside a transaction, with the dirty flag set meanwhile. */
	readonly noTxWrap: boolean;
	/** How a migration's transaction begins, see https://sqlite.org/lang_transaction.html */
	readonly txMode: TransactionMode;
	/** How long `lock` waits for another holder, in milliseconds. */
	readonly lockTimeoutMs: number;
	/** How long a lock is valid whose owner cannot be checked from here, such as one on another host, in milliseconds. */
	readonly lockLeaseMs: number;
	/** How long a statement waits for other connections' transactions, in milliseconds. The event loop is not blocked. */
	readonly busyTimeoutMs: number;
	/** Journal mode to change the database to before the first migration runs; `undefined` leaves it. */
	readonly journalMode: "delete" | "truncate" | "persist" | "wal" | undefined;
	/** `PRAGMA synchronous` while godwit writes; `undefined` is `full`, and on the caller's own connection what the caller has set. */
	readonly synchronous: "off" | "normal" | "full" | "extra" | undefined;
	/** Enforces foreign keys while a body runs. A table rebuild then deletes ON DELETE CASCADE children. */
	readonly foreignKeys: boolean;
	/** Refuses a migration after which more rows violate a foreign key than before. */
	readonly foreignKeyCheck: boolean;
	/** `"allow"` permits a migration to remove a table to which foreign keys still refer; `undefined` refuses it. */
	readonly danglingReferences: "allow" | undefined;
	/**
	 * `"alone"` lets sqlite-wasm open a database in WAL mode, which it cannot share with any other process or library. Only
	 * right when nothing else uses the database. `undefined` refuses it.
	 */
	readonly wal: "alone" | undefined;
	/**
	 * Whether the driver has a `history`, in the table of `migrationsTable` with `_history` behind: `full`, of every event with its
	 * texts; `hash`, without them; `off`, none.
	 */
	readonly history: "full" | "hash" | "off";
	/**
	 * Takes `"text"` for a string where no column has that name, as golang-migrate does. Only sqlite-node can; the others
	 * refuse it.
	 */
	readonly doubleQuotedStrings: boolean;
	/** Commits body and version together; false is golang-migrate's way, three transactions for a migration. */
	readonly atomic: boolean;
}

const options: OptionTable<SqliteConfig> = optionTable<SqliteConfig>({
	migrationsTable: {
		fallback: "schema_migrations",
		form: "a table name that does not begin with sqlite_",
		parse: (text) => (isTable(text) ? text : undefined),
		accepts: isTable,
	},
	noTxWrap: boolOption(false),
	txMode: oneOfOption("immediate", ["deferred", "immediate", "exclusive"]),
	lockTimeoutMs: durationOption(15_000),
	lockLeaseMs: leaseOption(60_000),
	busyTimeoutMs: durationOption(5_000),
	journalMode: oneOfOption(undefined, ["delete", "truncate", "persist", "wal"]),
	synchronous: oneOfOption(undefined, ["off", "normal", "full", "extra"]),
	foreignKeys: boolOption(false),
	foreignKeyCheck: boolOption(false),
	danglingReferences: oneOfOption(undefined, ["allow"]),
	wal: oneOfOption(undefined, ["alone"]),
	history: oneOfOption("full", ["full", "hash", "off"]),
	doubleQuotedStrings: boolOption(false),
	atomic: boolOption(true),
});

/** As `OptionTable.complete`. */
export const completeConfig: OptionTable<SqliteConfig>["complete"] = options.complete;

/** As `OptionTable.parse`. */
export const parseConfig: OptionTable<SqliteConfig>["parse"] = options.parse;

function isTable(name: unknown): name is string {
	return typeof name === "string" && name !== "" && !/^sqlite_/i.test(name) && !name.includes("\0");
}
