import {
	type ComparedTable,
	cleanUpAfter,
	type Driver,
	MigrateError,
	type ReachedFile,
	type RehearsalCopy,
	type RehearsalOptions,
} from "@godwit/core";
import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import type { Connected, Session } from "../connection/session.ts";
import { excerpt } from "../postgres-error.ts";
import { reachesServer } from "../statements/reaches-server.ts";
import type { ReadBody } from "../statements/read-body.ts";
import { REHEARSAL_SCHEMA } from "../structure/structure-queries.ts";
import { quoteLiteral } from "../tables/literal.ts";
import { compareRows } from "./compare-rows.ts";
import type { CopiedDatabase, CopyDatabase } from "./copied-database.ts";
import { type KeptRows, keepRows } from "./kept-rows.ts";

/** How a copy is worked with. */
export interface RehearsedDatabase {
	/** Makes a session of the copy. */
	readonly connect: () => Promise<PostgresConnection>;
	readonly lent: boolean;
	/** Asked of each body before it runs. @throws MigrateError `ERR_UNSUPPORTED` for one that must not run. */
	readonly assertInside: (body: ReadBody) => void;
}

export interface MakeRehearsalOptions {
	readonly copy: CopyDatabase;
	/** Of the database. */
	readonly session: Session;
	/** Makes a driver over the copy. */
	readonly driverOver: (rehearsed: RehearsedDatabase) => Driver;
	/** Does work in a session of the copy, which is closed afterwards. */
	readonly withSession: <T>(rehearsed: RehearsedDatabase, work: (connected: Connected) => Promise<T>) => Promise<T>;
}

/**
 * Copies a database, and keeps the rows of all tables in the copy, beside what the migrations change.
 *
 * @throws MigrateError `ERR_UNSUPPORTED`, `ERR_DATABASE`. Then nothing is left.
 */
export async function makeRehearsal(
	connected: Connected,
	{ directory }: RehearsalOptions,
	{ copy, session: source, driverOver, withSession }: MakeRehearsalOptions,
): Promise<RehearsalCopy> {
	if (directory !== undefined) throw noFolder(directory);
	const copied = await copy(connected, source);
	try {
		const reached: ReachedFile[] = [];
		const { connect, lent } = copied;
		const session: RehearsedDatabase = { connect, lent, assertInside: () => {} };
		const begun = await withSession(session, prepare);
		const rehearsed = { ...session, assertInside: (body: ReadBody) => assertInside(body, copied, begun, reached) };
		const compare = (): ReturnType<typeof compareRows> => withSession(session, (use) => compareRows(use, begun.kept));
		return {
			bytes: begun.bytes,
			reached,
			open: async () => driverOver(rehearsed),
			async compare() {
				const { tables, gaps } = await compare();
				const { bytes, unchecked } = await withSession(session, stateOf);
				const faults = { violations: [], damage: [], examined: false };
				return { ...faults, tables, gaps: [...gaps, ...unchecked], bytes };
			},
			compareRows: async (): Promise<readonly ComparedTable[]> => (await compare()).tables,
			remove: () => copied.remove(),
		};
	} catch (error) {
		throw await cleanUpAfter(error, () => copied.remove());
	}
}

/** What is known of the copy before the migrations. */
interface Begun {
	readonly bytes: number;
	readonly kept: KeptRows;
	/** The names of foreign tables. */
	readonly foreignTables: readonly string[];
}

async function prepare(connected: Connected): Promise<Begun> {
	const { connection, names } = connected;
	const { bytes } = await stateOf(connected);
	// The copy is nobody else's, whoever has the lock of the database.
	const [found] = await queryRows(connection, `SELECT to_regclass(${quoteLiteral(names.lock)}) IS NOT NULL AS there`);
	if (found?.there === "t") {
		await connection.send(`UPDATE ${names.lock} SET locked = FALSE, owner = NULL, expires_at = NULL`);
	}
	const foreign = await queryRows(connection, "SELECT relname FROM pg_class WHERE relkind = 'f'");
	const foreignTables = foreign.map(({ relname }) => String(relname));
	return { bytes, foreignTables, kept: await keepRows(connected) };
}

const BYTES = `SELECT pg_database_size(current_database()) - coalesce((SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class AS c
	JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = '${REHEARSAL_SCHEMA}' AND c.relkind = 'r'), 0) AS bytes`;

const NOT_VALID = "SELECT conname, conrelid::regclass AS table FROM pg_constraint WHERE NOT convalidated ORDER BY 2, 1";

/** The size without what the rehearsal keeps, and the constraints of which the server does not know whether they hold. */
async function stateOf({
	connection,
}: Connected): Promise<{ readonly bytes: number; readonly unchecked: readonly string[] }> {
	const [size] = await queryRows(connection, BYTES);
	const constraints = await queryRows(connection, NOT_VALID);
	return {
		bytes: Number(size?.bytes),
		unchecked: constraints.map(
			({ conname, table }) =>
				`the constraint ${conname} of ${table} is NOT VALID: the server has not looked at the rows that are there`,
		),
	};
}

function assertInside(
	{ statements }: ReadBody,
	{ shared }: CopiedDatabase,
	{ foreignTables }: Begun,
	reached: ReachedFile[],
): void {
	if (!shared) return;
	for (const { sql, ...statement } of statements) {
		const what = reachesServer({ sql, ...statement }, foreignTables);
		if (what === undefined) continue;
		const message = `${what} reaches outside of the copy of the database, and was not run`;
		reached.push({ sql: excerpt(sql), how: "not run", message });
		throw new MigrateError("ERR_UNSUPPORTED", `this cannot be rehearsed: ${message}`, { capability: "rehearsal" });
	}
}

function noFolder(directory: string): MigrateError<"ERR_UNSUPPORTED"> {
	const message = `the copy of this database is no file, so that it cannot be made in ${directory}; leave -copy-dir out`;
	return new MigrateError("ERR_UNSUPPORTED", message, { capability: "rehearsal" });
}
