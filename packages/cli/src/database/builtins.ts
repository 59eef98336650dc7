import type { DriverFactory, SourceFactory } from "@godwit/core";

/** Loads a package only when its scheme is used. */
export type Load<Factory> = () => Promise<Factory>;

const sqliteNative: Load<Required<DriverFactory>> = async () => (await import("@godwit/sqlite-native")).sqliteNative;
const sqliteWasm: Load<Required<DriverFactory>> = async () => (await import("@godwit/sqlite-wasm")).sqliteWasm;
const fileSource: Load<Required<SourceFactory>> = async () => (await import("@godwit/source-file")).fileSource;

/** The drivers that come with godwit, by URL scheme; golang-migrate's names are among them. */
export const builtinDrivers: Readonly<Record<string, Load<Required<DriverFactory>>>> = {
	"sqlite-native": sqliteNative,
	sqlite3: sqliteNative,
	sqlite: sqliteNative,
	"sqlite-wasm": sqliteWasm,
	"ncruces-sqlite3": sqliteWasm,
};

/** The sources that come with godwit, by URL scheme. */
export const builtinSources: Readonly<Record<string, Load<Required<SourceFactory>>>> = { file: fileSource };

const backends: ReadonlyMap<unknown, string> = new Map([
	[sqliteNative, "sqlite-native (better-sqlite3)"],
	[sqliteWasm, "sqlite-wasm (node-sqlite3-wasm)"],
]);

/** Says which driver a database URL takes, and over which library. */
export function describeBackend(url: string): string {
	const scheme = url.slice(0, url.indexOf(":"));
	return backends.get(builtinDrivers[scheme]) ?? scheme;
}
