import { existsSync, mkdirSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { cleanUpAfter, type Driver, type DriverFactory, MigrateError } from "@godwit/core";
import type { PGliteDatabase } from "./connection/lent-client.ts";
import { loadPeer, type Peer } from "./connection/load-peer.ts";
import { pgliteConnection } from "./connection/pglite-connection.ts";
import type { PostgresConnection } from "./connection/postgres-connection.ts";
import { scratchConnection } from "./connection/scratch-connection.ts";
import { breakLocks } from "./lock/break-locks.ts";
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
		return path === ":memory:" ? `pglite memory ${++memories}` : `pglite ${realFolder(resolve(path))}`;
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

/** Links are followed as far as there is something. */
function realFolder(folder: string): string {
	if (existsSync(folder)) return realpathSync(folder);
	const above = dirname(folder);
	return above === folder ? folder : join(realFolder(above), basename(folder));
}

function optionsOf(library: PGliteModule, { path, config }: FolderUrl): PostgresDriverOptions {
	const connect = (): Promise<PostgresConnection> => connectFolder(library, path, config.lockTimeoutMs);
	const scratch = async (): Promise<Driver> => scratchDatabase(library, config);
	const options = { name: path, connect, lockName: String, scratch, copy: memoryCopy, config };
	if (path === ":memory:") return options;
	const empty = async (): Promise<Driver> => postgresDriver(optionsOf(library, { path: ":memory:", config }));
	return { ...options, absent: { missing: () => missingDatabase(path), empty } };
}

/**
 * Returns the absolute path of a database that is not there.
 *
 * @throws MigrateError `ERR_DATABASE` when something else is there, into which PGlite would write its files.
 */
function missingDatabase(path: string): string | undefined {
	const folder = resolve(path);
	const found = statSync(folder, { throwIfNoEntry: false });
	if (found === undefined) return folder;
	if (!found.isDirectory()) {
		const message = `${path} is a file, and a database of PGlite is a folder; name a folder in the database URL`;
		throw new MigrateError("ERR_DATABASE", message, {});
	}
	if (existsSync(join(folder, "PG_VERSION"))) return undefined;
	const [first] = readdirSync(folder);
	if (first === undefined) return folder;
	const message = `${path} is a folder with other files in it, such as ${first}, and no database of PGlite; name a new folder, or an empty one`;
	throw new MigrateError("ERR_DATABASE", message, {});
}

async function connectFolder(library: PGliteModule, path: string, timeoutMs: number): Promise<PostgresConnection> {
	if (path === ":memory:") {
		const database = await library.PGlite.create();
		return pgliteConnection(database, () => database.close());
	}
	const folder = resolve(path);
	missingDatabase(path);
	if (!existsSync(dirname(folder))) mkdirSync(dirname(folder), { recursive: true });
	// PGlite itself lets two processes write into one folder, and the rows of one of them are gone.
	const { lockFolder } = await import("./lock/folder-lock.ts");
	const release = await lockFolder(folder, timeoutMs);
	try {
		const database = await library.PGlite.create(folder);
		return pgliteConnection(database, async () => {
			try {
				await database.close();
			} finally {
				release();
			}
		});
	} catch (error) {
		throw await cleanUpAfter(error, async () => release());
	}
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
			const database = await library.PGlite.create();
			const connection = scratchConnection(pgliteConnection(database, () => database.close()));
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
