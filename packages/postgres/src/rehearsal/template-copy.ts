import { randomBytes } from "node:crypto";
import { cleanUpAfter, MigrateError } from "@godwit/core";
import { FailedMessage, type PostgresConnection } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import type { Connected } from "../connection/session.ts";
import { sqlState } from "../postgres-error.ts";
import { quoteIdentifier, quoteLiteral } from "../tables/literal.ts";
import type { CopyDatabase } from "./copied-database.ts";

/** Names of copies begin with it, and go on with the number that the server has for the database, which no other one has. */
const PREFIX = "godwit_rehearsal_";

/** In bytes. See https://www.postgresql.org/docs/current/limits.html */
const MAX_NAME = 63;

/**
 * Copies a database of a server with `CREATE DATABASE ... TEMPLATE`. The server refuses that while anybody else is connected to the
 * database; the session that asks may be, so that it keeps the migration lock meanwhile.
 *
 * @param connectTo Connects to another database of the same server.
 */
export function templateCopy(connectTo: (database: string) => Promise<PostgresConnection>): CopyDatabase {
	return async (connected, session) => {
		const { connection } = connected;
		const own = "SELECT oid, datname AS name FROM pg_database WHERE datname = current_database()";
		const [database] = await queryRows(connection, own);
		const [oid, name] = [String(database?.oid), String(database?.name)];
		await dropAbandoned(connected, `${PREFIX}${oid}_`);
		const copy = nameOf(oid, name);
		await create(connected, name, copy);
		return {
			connect: () => connectTo(copy),
			shared: true,
			lent: false,
			remove: () =>
				session.call(async (use) => {
					await use.connection.send(dropDatabase(copy));
				}),
		};
	};
}

/** Cut where it is too long, and never within a character. */
function nameOf(oid: string, database: string): string {
	let name = `${PREFIX}${oid}_${randomBytes(4).toString("hex")}_`;
	for (const character of database) {
		if (Buffer.byteLength(name + character) > MAX_NAME) break;
		name += character;
	}
	return name;
}

async function create({ connection }: Connected, database: string, copy: string): Promise<void> {
	try {
		await connection.send(`CREATE DATABASE ${quoteIdentifier(copy)} TEMPLATE ${quoteIdentifier(database)}`);
	} catch (error) {
		if (!(error instanceof FailedMessage)) throw error;
		throw await refusal(connection, database, error);
	}
	try {
		await copySettings(connection, copy);
	} catch (error) {
		throw await cleanUpAfter(error, async () => {
			await connection.send(dropDatabase(copy));
		});
	}
}

/** It waits for a session that is about to end, and is refused while another one is there. */
function dropDatabase(name: string): string {
	return `DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`;
}

/** What was set for the database is not copied with it; the session has the values. */
async function copySettings(connection: PostgresConnection, copy: string): Promise<void> {
	const rows = await queryRows(
		connection,
		`SELECT DISTINCT format('ALTER DATABASE %I SET %I FROM CURRENT', ${quoteLiteral(copy)}, split_part(setting, '=', 1)) AS set
		FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase AND d.datname = current_database(), unnest(s.setconfig) AS setting
		WHERE s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))`,
	);
	for (const { set } of rows) await connection.send(String(set));
}

/** A copy is abandoned when nobody is connected to it, and nobody else to the database: whoever rehearses is. */
async function dropAbandoned({ connection }: Connected, prefix: string): Promise<void> {
	const rows = await queryRows(
		connection,
		`SELECT datname AS name FROM pg_database AS d WHERE starts_with(datname, ${quoteLiteral(prefix)})
		AND pg_has_role(datdba, 'USAGE') AND NOT EXISTS (${OTHERS} AND a.datname IN (d.datname, current_database()))`,
	);
	for (const { name } of rows) {
		await connection.send(dropDatabase(String(name)));
	}
}

const OTHERS =
	"SELECT FROM pg_stat_activity AS a WHERE a.pid <> pg_backend_pid() AND a.backend_type <> 'autovacuum worker'";

const OBJECT_IN_USE = "55006";
const INSUFFICIENT_PRIVILEGE = "42501";

async function refusal(connection: PostgresConnection, database: string, failure: FailedMessage): Promise<unknown> {
	const state = sqlState(failure);
	const what = `${database} cannot be copied to rehearse on it`;
	if (state === INSUFFICIENT_PRIVILEGE) {
		const cure = `the user needs the right CREATEDB, and has to own the database or be a member of the role that does; or rehearse on a copy that another user has made`;
		return unsupported(`${what}: ${failure.message}; ${cure}`, failure);
	}
	if (state !== OBJECT_IN_USE) return failure;
	const rows = await queryRows(connection, USERS);
	const shown = rows.slice(0, MAX_SHOWN).map(({ user }) => String(user));
	const who = [...shown, ...(rows.length > MAX_SHOWN ? [`${rows.length - MAX_SHOWN} more`] : [])].join("; ");
	const cure =
		"PostgreSQL copies a database only while nobody else is connected to it: disconnect them, commit or roll back what is prepared, or rehearse on a copy of the database, such as one from pg_dump or last night's backup";
	return unsupported(`${what}: others are connected to it${who === "" ? "" : ` (${who})`}; ${cure}`, failure);
}

const MAX_SHOWN = 5;

/** A prepared transaction keeps its database from being copied as a session does. */
const USERS = `SELECT format('prepared transaction %L of %s', gid, owner) AS user FROM pg_prepared_xacts WHERE database = current_database() UNION ALL
	(SELECT concat_ws(' ', 'backend', pid, 'of', usename, 'application ' || quote_ident(nullif(application_name, '')), 'at ' || host(client_addr), state)
	FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY pid)`;

function unsupported(message: string, cause: FailedMessage): MigrateError<"ERR_UNSUPPORTED"> {
	return new MigrateError("ERR_UNSUPPORTED", message, { capability: "rehearsal" }, { cause: cause.reason });
}
