import { DatabaseSync } from "node:sqlite";
import { MigrateError, NIL_VERSION, toVersion, type VersionState } from "@godwit/core";

/** What is particular to the database. Yours will be asynchronous: `await` it in the driver. */
export interface Database {
	/** Runs `work`: all of it or, when it throws, nothing. */
	transaction<T>(work: () => T): T;
	/** Runs the statements of a migration. @throws MigrateError `ERR_SQL`. */
	execute(sql: string): void;
	/** @throws MigrateError `ERR_DATABASE` for what is recorded and is no version. */
	version(): VersionState;
	setVersion(version: bigint, dirty: boolean): void;
	/** Takes the lock when it is free. Returns whether it did. */
	takeLock(owner: string): boolean;
	/** Gives the lock back. Returns whether this owner had it. */
	releaseLock(owner: string): boolean;
	/** Who has the lock. */
	lockOwner(): string | undefined;
	/** Removes everything, but not the lock. */
	drop(): void;
	close(): void;
}

/** @throws MigrateError `ERR_DATABASE`. */
export function openDatabase(path: string): Database {
	const database = asking(
		() => new DatabaseSync(path, { readBigInts: true, timeout: 5_000, enableForeignKeyConstraints: false }),
	);

	function rows(sql: string, ...parameters: readonly (string | bigint)[]): readonly Record<string, unknown>[] {
		return asking(() => database.prepare(sql).all(...parameters));
	}

	function change(sql: string, ...parameters: readonly (string | bigint)[]): number {
		return asking(() => Number(database.prepare(sql).run(...parameters).changes));
	}

	change("CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, dirty BOOLEAN NOT NULL)");
	change(
		"CREATE TABLE IF NOT EXISTS schema_migrations_lock (id INTEGER PRIMARY KEY CHECK (id = 1), owner TEXT NOT NULL)",
	);

	return {
		transaction(work) {
			asking(() => database.exec("BEGIN IMMEDIATE"));
			try {
				const result = work();
				asking(() => database.exec("COMMIT"));
				return result;
			} catch (error) {
				if (database.isTransaction) asking(() => database.exec("ROLLBACK"));
				throw error;
			}
		},
		execute(sql) {
			try {
				database.exec(sql);
			} catch (cause) {
				throw new MigrateError("ERR_SQL", (cause as Error).message, { sql }, { cause });
			}
		},
		version() {
			const [row, ...others] = rows("SELECT version, dirty FROM schema_migrations");
			if (row === undefined) return { version: NIL_VERSION, dirty: false };
			if (others.length > 0 || typeof row.version !== "bigint" || (row.dirty !== 0n && row.dirty !== 1n)) {
				throw new MigrateError("ERR_DATABASE", "schema_migrations must have one row of a version and a flag", {});
			}
			return { version: toVersion(row.version), dirty: row.dirty === 1n };
		},
		setVersion(version, dirty) {
			change("DELETE FROM schema_migrations");
			if (version === NIL_VERSION && !dirty) return;
			change("INSERT INTO schema_migrations VALUES (?, ?)", version, dirty ? 1n : 0n);
		},
		takeLock: (owner) => change("INSERT OR IGNORE INTO schema_migrations_lock VALUES (1, ?)", owner) === 1,
		releaseLock: (owner) => change("DELETE FROM schema_migrations_lock WHERE owner = ?", owner) === 1,
		lockOwner() {
			const [row] = rows("SELECT owner FROM schema_migrations_lock");
			return row === undefined ? undefined : String(row.owner);
		},
		drop() {
			for (const { name } of rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")) {
				if (name !== "schema_migrations" && name !== "schema_migrations_lock") change(`DROP TABLE "${String(name)}"`);
			}
			change("DELETE FROM schema_migrations");
		},
		close: () => database.close(),
	};
}

/** Asks the database something that is not a migration. @throws MigrateError `ERR_DATABASE`. */
function asking<T>(question: () => T): T {
	try {
		return question();
	} catch (cause) {
		throw new MigrateError("ERR_DATABASE", `the database cannot be used: ${(cause as Error).message}`, {}, { cause });
	}
}
