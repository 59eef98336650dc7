import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { cleanUpAfter, type Driver, type DriverFactory } from "@godwit/core";
import { loadPeer, type Peer } from "./connection/load-peer.ts";
import { pgliteConnection } from "./connection/pglite-connection.ts";
import type { PostgresConnection } from "./connection/postgres-connection.ts";
import { breakLocks } from "./lock/break-locks.ts";
import { type PostgresDriverOptions, postgresDriver, withSession } from "./postgres-driver.ts";
import { type FolderUrl, parseFolderUrl } from "./url/folder-url.ts";

type PGliteModule = typeof import("@electric-sql/pglite");

/** The driver over PGlite: `pglite://path/to/folder`, or `pglite://:memory:` for a database that ends with the driver. */
export const pglite: Required<DriverFactory> = {
	takesPaths: false,
	async open(url: string): Promise<Driver> {
		const library = loadPGlite();
		return postgresDriver(optionsOf(library, parseFolderUrl(url)));
	},
	async breakLocks(url, confirm) {
		return withSession(optionsOf(loadPGlite(), parseFolderUrl(url)), (connected) => breakLocks(connected, confirm));
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
};

let memories = 0;

/** Links are followed as far as the folder is there. */
function realFolder(folder: string): string {
	return existsSync(folder) ? realpathSync(folder) : folder;
}

function optionsOf(library: PGliteModule, { path, config }: FolderUrl): PostgresDriverOptions {
	const connect = (): Promise<PostgresConnection> => connectFolder(library, path, config.lockTimeoutMs);
	return { name: path, connect, path: undefined, config };
}

async function connectFolder(library: PGliteModule, path: string, timeoutMs: number): Promise<PostgresConnection> {
	if (path === ":memory:") {
		const database = await library.PGlite.create();
		return pgliteConnection(library, database, () => database.close());
	}
	const folder = resolve(path);
	if (!existsSync(dirname(folder))) mkdirSync(dirname(folder), { recursive: true });
	// PGlite itself lets two processes write into one folder, and the rows of one of them are gone.
	const { lockFolder } = await import("./lock/folder-lock.ts");
	const release = await lockFolder(folder, timeoutMs);
	try {
		const database = await library.PGlite.create(folder);
		return pgliteConnection(library, database, async () => {
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
