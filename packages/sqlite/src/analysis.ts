import type { AnalyseOptions, Analysis, CorrectedText, MigrationBody } from "@godwit/core";
import type { SqliteConnection } from "./connection/sqlite-connection.ts";
import type { SqliteConfig } from "./url/sqlite-config.ts";

/** What the analysis of migrations needs of a driver. */
export interface AnalysedDatabase {
	readonly config: SqliteConfig;
	/** Runs reads of the database itself, which see it as it is in one moment. */
	read<T>(work: (connection: SqliteConnection) => T): Promise<T>;
	/** Opens an empty database in memory whose `sqlite_schema` can be written, see `PRAGMA writable_schema`. */
	openClone(): SqliteConnection;
	/** Returns whether a table is a tool's, and so no part of what migrations make. */
	isTool(table: string): boolean;
}

/** Returns what bodies would do. As `Driver.analyse`. */
export type Analyse = (
	bodies: readonly MigrationBody[],
	options: AnalyseOptions,
	database: AnalysedDatabase,
) => Promise<Analysis>;

/** Writes a text as SQLite takes it. As `Driver.correct`. */
export type Correct = (text: string, database: AnalysedDatabase) => Promise<CorrectedText>;
