import type { DriverPrimitives, WaitOptions } from "@godwit/core";
import type { Analyse, AnalysedDatabase, Correct } from "../analysis.ts";
import type { ConnectionSession } from "../connection/settings/connection-session.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { readAtOnce } from "../connection/transaction.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";

export interface DriverAnalysisOptions {
	readonly analyse: Analyse;
	readonly correct: Correct;
	/** As `AnalysedDatabase.openClone`. */
	readonly openClone: () => SqliteConnection;
	readonly connection: SqliteConnection;
	readonly config: SqliteConfig;
	readonly session: ConnectionSession;
	readonly isTool: (table: string) => boolean;
}

/** The primitives that tell what migrations would do to a database, and run none of them on it. */
export type DriverAnalysis = Required<Pick<DriverPrimitives, "analyse" | "correct">>;

export function driverAnalysis(options: DriverAnalysisOptions): DriverAnalysis {
	const { analyse, correct, openClone, connection, config, session, isTool } = options;
	const analysed = (waiting: Partial<WaitOptions>): AnalysedDatabase => ({
		config,
		openClone,
		isTool,
		read: (work) => session.read(() => readAtOnce(connection, () => work(connection)), waiting),
	});
	return {
		analyse: (files, { rows = false, whole = [], ...waiting }) => analyse(files, { rows, whole }, analysed(waiting)),
		correct: (text) => correct(text, analysed({})),
	};
}
