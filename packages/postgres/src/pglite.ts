import { isAbsolute, resolve } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import type { Driver, DriverFactory } from "@godwit/core";
import type { PGliteDatabase } from "./connection/lent-client.ts";
import { loadPeer, type Peer } from "./connection/load-peer.ts";
import { pgliteConnection } from "./connection/pglite-connection.ts";
import type { PostgresConnection } from "./connection/postgres-connection.ts";
import { scratchConnection } from "./connection/scratch-connection.ts";
import { breakLocks } from "./lock/break-locks.ts";
import { connectFolder, missingDatabase, realFolder } from "./pglite-folder.ts";
import { type PostgresDriverOptions, postgresDriver, withSession } from "./postgres-driver.ts";
import { memoryCopy } from "./rehearsal/memory-copy.ts";
import { quoteIdentifier } from "./tables/literal.ts";
import { type FolderUrl, parseFolderUrl } from "./url/folder-url.ts";
import { migrationsTableOf } from "./url/migrations-table.ts";
import { completeConfig, type PostgresConfig } from "./url/postgres-config.ts";

type PGliteModule = typeof import("@electric-sql/pglite");

/** The factory of the driver over PGlite: a driver by URL, and one over a database that is open already. */
export interface PGliteFactory extends Required<DriverFactory> {
	/**
	 * Makes a driver of the caller's open database, which `close` leaves open. Go: WithInstance. Between two calls the settings
	 * are as the caller left them. The caller runs nothing on it while a call is under way, and keeps others off its folder.
	 *
	 * @param options As in the URL. Each call rejects with `ERR_DATABASE` while the database is in a transaction.
	 * @throws MigrateError `ERR_INVALID_OPTION`.
	 */
	withInstance(database: PGliteDatabase, options?: Partial<PostgresConfig>): Driver;
}

/** The driver over PGlite: `pglite://path/to/folder`, or `pglite://:memory:` for a database that ends with the driver. */
export const pglite: PGliteFactory = {
	takesPaths: false,
	async open(url: string): Promise<Driver> {
		const library = loadPGlite();
		return postgresDriver(optionsOf(library, parseFolderUrl(url)));
	},
	async breakLocks(url, confirm) {
		const options = optionsOf(loadPGlite(), parseFolderUrl(url));
		if (options.absent?.missing() !== undefined) return 0;
		return withSession(options, { timeoutMs: 0 }, (connected) => breakLocks(connected, confirm));
	},
	async absoluteUrl(url, folder) {
		const { path } = parseFolderUrl(url);
		if (path === ":memory:" || isAbsolute(path)) return url;
		const [scheme, query] = [url.slice(0, url.indexOf(":")), /\?.*/s.exec(url)?.[0] ?? ""];
		return `${scheme}://${encodeURI(resolve(folder, path)).replaceAll("?", "%3F")}${query}`;
	},
	async identityOf(url) {
		const { path } = parseFolderUrl(url);
		// Each database in memory is another one.
		return path === ":memory:" ? `pglite memory ${++memories}` : `pglite ${realFolder(path)}`;
	},
	withInstance(database, options = {}) {
		const config = completeConfig(options);
		const connect = async (): Promise<PostgresConnection> => pgliteConnection(database as PGlite, async () => {});
		return postgresDriver({
			name: "the database",
			connect,
			lockName: String,
			lent: true,
			...{ config, copy: memoryCopy, scratch: async () => scratchDatabase(loadPGlite(), config) },
		});
	},
};

let memories = 0;

function optionsOf(library: PGliteModule, { path, config }: FolderUrl): PostgresDriverOptions {
	const connect = (): Promise<PostgresConnection> =>
		path === ":memory:" ? connectMemory(library) : connectFolder(library, path, config.lockTimeoutMs);
	const scratch = async (): Promise<Driver> => scratchDatabase(library, config);
	const options = { name: path, connect, lockName: String, scratch, copy: memoryCopy, config };
	if (path === ":memory:") return options;
	const empty = async (): Promise<Driver> => postgresDriver(optionsOf(library, { path: ":memory:", config }));
	return { ...options, absent: { missing: () => missingDatabase(path), empty } };
}

async function connectMemory(library: PGliteModule): Promise<PostgresConnection> {
	const database = await library.PGlite.create();
	return pgliteConnection(database, () => database.close());
}

/** An empty database in memory, with the schema in which the version table is to be: godwit does not make it, a person does. */
function scratchDatabase(library: PGliteModule, config: PostgresConfig): Driver {
	const { schema = "public" } = migrationsTableOf(config);
	return postgresDriver({
		name: "the empty database",
		lockName: String,
		scratch: async () => scratchDatabase(library, config),
		trial: true,
		config,
		async connect() {
			const connection = scratchConnection(await connectMemory(library));
			await connection.send(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`);
			return connection;
		},
	});
}

const PGLITE: Peer = {
	name: "@electric-sql/pglite",
	scheme: "pglite",
	oldest: "0.5.14",
	isNewEnough: (loaded) =>
		"protocol" in (loaded as PGliteModule) && "execProtocol" in (loaded as PGliteModule).PGlite.prototype,
};

/** The types are those of the package that the tests run with. */
function loadPGlite(): PGliteModule {
	return loadPeer(PGLITE) as PGliteModule;
}
