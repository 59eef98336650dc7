import { existsSync } from "node:fs";
import { missingServer } from "../../packages/postgres/test/fixtures/postgres-server.ts";

/** A server of PostgreSQL that the driver `postgres` is tried on. */
export interface ServerKind {
	readonly name: string;
	/** The folder of its programs; `undefined` for the package of npm. */
	readonly programs: string | undefined;
	/** Why it is not there; `undefined` where it is. */
	readonly missing: string | undefined;
}

/** Where Debian's package postgresql-15 has the programs. */
const DEBIAN = "/usr/lib/postgresql/15/bin";

export const NPM_SERVER: ServerKind = { name: "PostgreSQL 18", programs: undefined, missing: missingServer() };

export const SERVER_KINDS: readonly ServerKind[] = [
	{
		name: "PostgreSQL 15",
		programs: DEBIAN,
		missing: existsSync(DEBIAN) ? undefined : `Debian's package postgresql-15 is not installed: ${DEBIAN}`,
	},
	NPM_SERVER,
];
