import type { DriverFactory, SourceFactory } from "@godwit/core";
import { type DefaultSqlite, defaultSqlite } from "./default-sqlite.ts";

/** Loads a package only when its scheme is used. */
export type Load<Factory> = () => Promise<Factory>;

const sqliteNative: Load<Required<DriverFactory>> = async () => (await import("@godwit/sqlite-native")).sqliteNative;
const sqliteWasm: Load<Required<DriverFactory>> = async () => (await import("@godwit/sqlite-wasm")).sqliteWasm;
const sqliteNode: Load<Required<DriverFactory>> = async () => (await import("@godwit/sqlite-node")).sqliteNode;
const sqlite: Load<Required<DriverFactory>> = () => (defaultSqlite() === "sqlite-native" ? sqliteNative : sqliteNode)();
const postgres: Load<Required<DriverFactory>> = async () => (await import("@godwit/postgres")).postgres;
const pglite: Load<Required<DriverFactory>> = async () => (await import("@godwit/postgres")).pglite;
const fileSource: Load<Required<SourceFactory>> = async () => (await import("@godwit/source-file")).fileSource;

/**
 * The drivers that come with godwit, by URL scheme; golang-migrate's names are among them. The first is the one that
 * messages tell a path to begin with.
 */
export const builtinDrivers: Readonly<Record<string, Load<Required<DriverFactory>>>> = {
	sqlite,
	sqlite3: sqlite,
	"sqlite-native": sqliteNative,
	"sqlite-node": sqliteNode,
	"sqlite-wasm": sqliteWasm,
	"ncruces-sqlite3": sqliteWasm,
	postgres,
	postgresql: postgres,
	pgx5: postgres,
	pglite,
};

/** What reads the migrations behind a scheme of a driver that comes with godwit; `undefined` for every other scheme. */
export function engineOf(scheme: string | undefined): "sqlite" | "postgres" | undefined {
	if (scheme === undefined || !Object.hasOwn(builtinDrivers, scheme)) return undefined;
	const driver = builtinDrivers[scheme];
	return driver === postgres || driver === pglite ? "postgres" : "sqlite";
}

/** The sources that come with godwit, by URL scheme. */
export const builtinSources: Readonly<Record<string, Load<Required<SourceFactory>>>> = { file: fileSource };

const backends: Readonly<Record<DefaultSqlite | "sqlite-wasm" | "postgres" | "pglite", string>> = {
	"sqlite-native": "sqlite-native (better-sqlite3)",
	"sqlite-node": "sqlite-node (node:sqlite)",
	"sqlite-wasm": "sqlite-wasm (node-sqlite3-wasm)",
	postgres: "postgres (pg)",
	pglite: "pglite (PGlite)",
};

/** Says which driver a database URL takes, and over which library. */
export function describeBackend(url: string): string {
	const scheme = url.slice(0, url.indexOf(":"));
	switch (builtinDrivers[scheme]) {
		case sqlite:
			return backends[defaultSqlite()];
		case sqliteNative:
			return backends["sqlite-native"];
		case sqliteNode:
			return backends["sqlite-node"];
		case sqliteWasm:
			return backends["sqlite-wasm"];
		case postgres:
			return backends.postgres;
		case pglite:
			return backends.pglite;
		default:
			return scheme;
	}
}
