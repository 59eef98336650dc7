import type { Diagnosis } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { type Examined, examine } from "./examine.ts";
import { replaySchema } from "./schema-replay.ts";

export interface DiagnoseOptions {
	/** To the database. */
	readonly connection: SqliteConnection;
	/** Opens an empty database in memory that reads double quotes as names alone. */
	readonly inMemory: () => SqliteConnection;
	/** Looks at the file and those beside it; missing for a database in memory. */
	readonly examineFile?: (() => Promise<readonly Diagnosis[]>) | undefined;
}

/**
 * Examines a database: its pages, its rows, its schema in an empty database in memory, and its file.
 *
 * @param read Runs reads of the database in one transaction.
 * @returns Errors first, notes last.
 */
export async function diagnose(
	read: (work: () => Examined) => Promise<Examined>,
	{ connection, inMemory, examineFile }: DiagnoseOptions,
): Promise<readonly Diagnosis[]> {
	const { objects, analyzed, found } = await read(() => examine(connection));
	const empty = inMemory();
	try {
		if (analyzed) empty.run("ANALYZE");
		const all = [...found, ...replaySchema(empty, objects), ...((await examineFile?.()) ?? [])];
		return all.toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
	} finally {
		empty.close();
	}
}

const LEVELS: readonly Diagnosis["level"][] = ["error", "warning", "note"];
