import { userInfo } from "node:os";
import { cleanUpAfter, isMigrateError, MigrateError } from "@godwit/core";
import type { ClientConfig } from "pg";
import { isTlsNotOffered, sqlState } from "../postgres-error.ts";
import type { ConnectionUrl, Host } from "../url/connection-url.ts";
import type { ChannelBinding, Target } from "../url/libpq-parameters.ts";
import { connectPg } from "./pg-connection.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { queryRows } from "./query-rows.ts";
import { type Tls, tlsOf } from "./tls.ts";

type Pg = typeof import("pg");

const WRONG_PASSWORD = "28P01";

/** The longest time of a timer of Node.js, in milliseconds; a longer one would end at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Connects to the first host that answers and is of the kind that `target_session_attrs` asks for.
 *
 * @throws The error of the last host; MigrateError `ERR_DATABASE` when those that answer are of another kind.
 */
export async function connectHosts(pg: Pg, url: ConnectionUrl): Promise<PostgresConnection> {
	const target = (url.parameters.target_session_attrs ?? "any") as Target;
	const wanted: readonly Target[] = target === "prefer-standby" ? ["standby", "any"] : [target];
	let failure: unknown;
	for (const kind of wanted) {
		for (const host of url.hosts) {
			try {
				return await connectKind(pg, url, host, kind);
			} catch (error) {
				// The others would refuse it too.
				if (isRefusedLogin(error)) throw error;
				failure = error;
			}
		}
	}
	throw failure;
}

/** A wrong or missing password, a user who may not, no such database. */
const REFUSED_LOGIN: ReadonlySet<string> = new Set([WRONG_PASSWORD, "28000", "3D000"]);

function isRefusedLogin(error: unknown): boolean {
	const code = isMigrateError(error, "ERR_DATABASE") ? error.details.resultCode : sqlState(error);
	return code !== undefined && REFUSED_LOGIN.has(code);
}

async function connectKind(pg: Pg, url: ConnectionUrl, host: Host, target: Target): Promise<PostgresConnection> {
	const connection = await connectHost(pg, url, host);
	if (target === "any") return connection;
	try {
		const [found] = await queryRows(
			connection,
			"SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS reads_only",
		);
		const fits = {
			primary: found?.standby === "f",
			standby: found?.standby === "t",
			"read-write": found?.reads_only === "f",
			"read-only": found?.reads_only === "t",
			"prefer-standby": true,
		};
		if (fits[target]) return connection;
		const message = `${host.host}:${host.port} is not what target_session_attrs=${target} asks for; name a host that is`;
		throw new MigrateError("ERR_DATABASE", message, { resultCode: "25006" });
	} catch (error) {
		throw await cleanUpAfter(error, () => connection.close());
	}
}

async function connectHost(pg: Pg, url: ConnectionUrl, host: Host): Promise<PostgresConnection> {
	const binding = (url.parameters.channel_binding ?? "prefer") as ChannelBinding;
	let failure: unknown;
	for (const tls of tlsOf(url, host.host)) {
		try {
			return await connectPg(pg.Client, clientConfig(url, host, tls), binding);
		} catch (error) {
			if (tls !== false && !isTlsNotOffered(error)) {
				// The server may take this user without TLS alone.
				if (sqlState(error) !== "28000") throw error;
				failure = error;
			} else if (failure === undefined || isTlsNotOffered(failure)) failure = error;
		}
	}
	throw failure;
}

function clientConfig(
	{ user, password, database, parameters }: ConnectionUrl,
	{ host, port }: Host,
	ssl: Tls,
): ClientConfig {
	const name = user ?? userInfo().username;
	const { application_name: application = "godwit", connect_timeout: seconds, options } = parameters;
	return {
		host,
		port,
		user: name,
		// `pg` takes one from the environment or a file where it is given none.
		password: password ?? (() => missingPassword(host, port)),
		database: database ?? name,
		ssl,
		application_name: application,
		keepAlive: true,
		...(seconds !== undefined && { connectionTimeoutMillis: Math.min(Number(seconds) * 1_000, MAX_TIMER_MS) }),
		...(options !== undefined && { options }),
	};
}

/** `pg` asks for a password when the server does. */
function missingPassword(host: string, port: number): never {
	const message = `${host}:${port} asks for a password, and the database URL has none; write it there before the host, as user:password@ (PGPASSWORD and password files are not read)`;
	throw new MigrateError("ERR_DATABASE", message, { resultCode: WRONG_PASSWORD });
}
