import type { PostgresConnection } from "../connection/postgres-connection.ts";
import type { Connected, Session } from "../connection/session.ts";

/** A private copy of a whole database. */
export interface CopiedDatabase {
	/** Makes a session of the copy, with the settings that one of the database begins with. */
	connect(): Promise<PostgresConnection>;
	/** Whether what is no part of one database is not of the copy: the roles of the server, its files, other databases. */
	readonly shared: boolean;
	/** As `PostgresDriverOptions.lent`. */
	readonly lent: boolean;
	/** Deletes the copy, which nobody is connected to any more. */
	remove(): Promise<void>;
}

/**
 * Copies the database of a session as it is in one moment.
 *
 * @param session What `connected` is of, to remove the copy later on.
 * @throws MigrateError `ERR_UNSUPPORTED` for one that cannot be copied, or not now. Then nothing is left.
 */
export type CopyDatabase = (connected: Connected, session: Session) => Promise<CopiedDatabase>;
