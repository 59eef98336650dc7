import { type DriverPrimitives, MigrateError } from "@godwit/core";
import { retryWhileBusy } from "../connection/busy-retry.ts";
import type { DatabaseCopies } from "../connection/database-copies.ts";
import type { ConnectionSession } from "../connection/settings/connection-session.ts";
import type { KeptJournal } from "../connection/settings/kept-journal.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import type { LockRow } from "../lock/lock-row.ts";
import type { VersionTable } from "../tables/version-table.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";

export interface DriverCopiesOptions {
	readonly connection: SqliteConnection;
	/** The database's file, for messages. */
	readonly path: string;
	readonly config: SqliteConfig;
	/** Missing for a database in memory. */
	readonly copies?: DatabaseCopies | undefined;
	readonly session: ConnectionSession;
	readonly versions: VersionTable;
	readonly row: LockRow;
	readonly journal: KeptJournal;
	/** Returns whether a table is a tool's, whose rows are not compared. */
	readonly isTool: (table: string) => boolean;
}

/** The primitives that copy a database, or put a copy in its place. */
export type DriverCopies = Required<Pick<DriverPrimitives, "missingFile" | "backup" | "restore" | "rehearsal">>;

/** Makes the primitives for one database. Those of one in memory are `ERR_UNSUPPORTED`, but `missingFile`, which finds none missing. */
export function driverCopies(options: DriverCopiesOptions): DriverCopies {
	const { connection, config, session, versions, row, journal, isTool } = options;
	return {
		missingFile: async () => options.copies?.missingFile(),
		backup: (wanted) =>
			session.write(async () => {
				const copies = copiesOf(options);
				return copies.backup(versions.read().version, wanted);
			}),
		restore: (file, steps) =>
			session.write(async () => {
				const copies = copiesOf(options);
				row.assertMine();
				await retryWhileBusy(connection, config, () => journal.remove());
				await copies.restore(file, steps);
			}),
		rehearsal: ({ directory, ...waiting }) =>
			session.call(async () => copiesOf(options).rehearsal({ directory }, isTool), waiting),
	};
}

function copiesOf({ copies, path }: DriverCopiesOptions): DatabaseCopies {
	if (copies !== undefined) return copies;
	const message = `${path} is in memory, and has no file to copy or to replace`;
	throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "backup" });
}
