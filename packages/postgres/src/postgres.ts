import type { Driver, DriverFactory } from "@godwit/core";
import { connectHosts } from "./connection/connect-hosts.ts";
import { loadPeer, type Peer } from "./connection/load-peer.ts";
import { breakLocks } from "./lock/break-locks.ts";
import { type PostgresDriverOptions, postgresDriver, withSession } from "./postgres-driver.ts";
import { type ConnectionUrl, parseConnectionUrl } from "./url/connection-url.ts";

/** The driver over `pg`: `postgres://user@host:5432/database`, and the same as `postgresql://` and `pgx5://`. */
export const postgres: Required<DriverFactory> = {
	takesPaths: false,
	async open(url: string): Promise<Driver> {
		const connection = parseConnectionUrl(url);
		return postgresDriver(optionsOf(loadPg(), connection));
	},
	async breakLocks(url, confirm) {
		const connection = parseConnectionUrl(url);
		return withSession(optionsOf(loadPg(), connection), (connected) => breakLocks(connected, confirm));
	},
	async absoluteUrl(url) {
		parseConnectionUrl(url);
		return url;
	},
	async identityOf(url) {
		const { hosts, database, user } = parseConnectionUrl(url);
		return `postgres ${JSON.stringify([hosts, database ?? user])}`;
	},
};

function optionsOf(pg: Pg, url: ConnectionUrl): PostgresDriverOptions {
	return { name: nameOf(url), connect: () => connectHosts(pg, url), path: url.path, config: url.config };
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
