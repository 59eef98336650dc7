import type { Diagnosis, DriverPrimitives } from "@godwit/core";
import type { ConnectionSession } from "../connection/settings/connection-session.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { readAtOnce, readDespiteDamage } from "../connection/transaction.ts";
import type { VersionTable } from "../tables/version-table.ts";

export interface DriverReportsOptions {
	readonly connection: SqliteConnection;
	readonly session: ConnectionSession;
	readonly versions: VersionTable;
	/** Returns whether a table is a tool's, and so no part of what migrations make. */
	readonly isTool: (table: string) => boolean;
	/** As `DiagnoseOptions.inMemory`. */
	readonly inMemory: () => SqliteConnection;
	/** As `DiagnoseOptions.examineFile`. */
	readonly examineFile?: (() => Promise<readonly Diagnosis[]>) | undefined;
}

/** The primitives that tell what is in a database, and change nothing. */
export type DriverReports = Required<Pick<DriverPrimitives, "structure" | "schema" | "diagnose">>;

/** What each reads by is loaded with it, as most runs do without. */
export function driverReports(options: DriverReportsOptions): DriverReports {
	const { connection, session, versions, isTool } = options;
	return {
		structure: async (waiting) => {
			const { readStructure } = await import("../structure/read-structure.ts");
			return session.read(() => readStructure(connection, isTool), waiting);
		},
		schema: async (waiting) => {
			const { readSchema } = await import("../structure/read-schema.ts");
			return session.read(
				() => readAtOnce(connection, () => ({ ...versions.read(), ...readSchema(connection, isTool) })),
				waiting,
			);
		},
		diagnose: async (waiting) => {
			const { diagnose } = await import("../doctor/diagnose.ts");
			return diagnose((read) => session.read(() => readDespiteDamage(connection, read), waiting), options);
		},
	};
}
