import { userInfo } from "node:os";
import { type Driver, type DriverFactory, MigrateError } from "@godwit/core";
import { connectHosts } from "./connection/connect-hosts.ts";
import type { LentClient } from "./connection/lent-client.ts";
import { assertUsable, lentConnection } from "./connection/lent-connection.ts";
import { loadPeer, type Peer } from "./connection/load-peer.ts";
import { breakLocks } from "./lock/break-locks.ts";
import { type PostgresDriverOptions, postgresDriver, withSession } from "./postgres-driver.ts";
import type { CopyDatabase } from "./rehearsal/copied-database.ts";
import { templateCopy } from "./rehearsal/template-copy.ts";
import { type ConnectionUrl, parseConnectionUrl } from "./url/connection-url.ts";
import { completeConfig, type PostgresConfig } from "./url/postgres-config.ts";

/** The factory of the driver over `pg`: a driver by URL, and one over a client or a pool that is there already. */
export interface PostgresFactory extends Required<DriverFactory> {
	/**
	 * Makes a driver of the caller's client, or of one that it takes from the caller's pool and gives back with `close`. Go:
	 * WithInstance. The version table is in the first schema of its search path.
	 *
	 * Between two calls the session's settings are as the caller left them. The caller runs nothing on a client while a call is
	 * under way. With a client of its own, a connection that is lost stays so.
	 *
	 * @param options As in the URL. Each call rejects with `ERR_DATABASE` while a client is not connected, or in a transaction.
	 * @throws MigrateError `ERR_INVALID_OPTION`; `ERR_RUNTIME` for a client of pg-native, and of a `pg` that is too old.
	 */
	withInstance(lent: LentClient, options?: Partial<PostgresConfig>): Driver;
}

/** The driver over `pg`: `postgres://user@host:5432/database`, and the same as `postgresql://` and `pgx5://`. */
export const postgres: PostgresFactory = {
	takesPaths: false,
	async open(url: string): Promise<Driver> {
		const connection = parseConnectionUrl(url);
		return postgresDriver(optionsOf(loadPg(), connection));
	},
	async breakLocks(url, confirm, { timeoutMs = 0 } = {}) {
		const connection = parseConnectionUrl(url);
		return withSession(optionsOf(loadPg(), connection), { timeoutMs }, (connected) => breakLocks(connected, confirm));
	},
	async absoluteUrl(url) {
		parseConnectionUrl(url);
		return url;
	},
	async identityOf(url) {
		const { hosts, database, user } = parseConnectionUrl(url);
		const name = database ?? user ?? userInfo().username;
		// Each of the hosts may be the one that is connected to.
		return hosts.map(({ host, port }) => {
			const server = `${isLoopback(host) ? "localhost" : host.toLowerCase()}:${port}`;
			return `postgres ${JSON.stringify([server, name])}`;
		});
	},
	withInstance(lent, options = {}) {
		const config = completeConfig(options);
		assertUsable(lent);
		return postgresDriver({
			name: "the database",
			connect: () => lentConnection(lent),
			// As of a run by URL, which it excludes.
			lockName: (database) => `/${database}`,
			lent: true,
			copy: lentCopy,
			config,
		});
	},
};

/** The copy would need connections of its own. */
const lentCopy: CopyDatabase = async () => {
	const message =
		"migrations cannot be rehearsed over a client or a pool that was lent, since the copy needs connections of its own; open the database by URL";
	throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "rehearsal" });
};

/** The name that golang-migrate's command has for a database is the path of a URL. */
function lockNameOf(path: string | undefined): (database: string) => string {
	return (database) => path ?? database;
}

function isLoopback(host: string): boolean {
	return /^(localhost|127\.0\.0\.1|::1)$/i.test(host);
}

/** Whoever starts a migration looks away sooner than this. In milliseconds. */
const WATCH_EVERY_MS = 5_000;

/** The longest that the end of a statement is put off, by a host that does not answer any more. In seconds. */
const WATCH_CONNECT_S = "5";

function optionsOf(pg: Pg, url: ConnectionUrl): PostgresDriverOptions {
	const { path, parameters, config } = url;
	return {
		...{ name: nameOf(url), connect: () => connectHosts(pg, url), lockName: lockNameOf(path), config },
		watch: {
			connect: () => connectHosts(pg, { ...url, parameters: { ...parameters, connect_timeout: WATCH_CONNECT_S } }),
			everyMs: WATCH_EVERY_MS,
		},
		copy: templateCopy((database) => connectHosts(pg, { ...url, database })),
	};
}

function nameOf({ hosts, database }: ConnectionUrl): string {
	const where = hosts.map(({ host, port }) => `${host}:${port}`).join(",");
	return database === undefined ? where : `${database} on ${where}`;
}

type Pg = typeof import("pg");

const PG: Peer = {
	name: "pg",
	scheme: "postgres",
	oldest: "8.23.1",
	isNewEnough: (loaded) => "getTransactionStatus" in (loaded as Pg).Client.prototype,
};

/** The types are those of the package that the tests run with. */
function loadPg(): Pg {
	return loadPeer(PG) as Pg;
}
