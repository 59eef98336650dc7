/** In a bundle in CommonJS the URL is undefined, and there is a file name. */
const place = import.meta.url ?? __filename;

/** The scheme of the backend that `sqlite://` and `sqlite3://` stand for. */
export type DefaultSqlite = "sqlite-native" | "sqlite-node";

/**
 * Chooses the library that the process has loaded already, since two must not have one file open; otherwise better-sqlite3
 * where it is installed, and node:sqlite where it is not. In Bun and Deno it is node:sqlite unless better-sqlite3 is loaded.
 */
export function defaultSqlite(): DefaultSqlite {
	const require = process.getBuiltinModule("node:module").createRequire(place);
	const path = pathOfBetterSqlite3(require);
	if (path !== undefined && path in require.cache) return "sqlite-native";
	return path === undefined || mayHaveLoadedNodeSqlite() ? "sqlite-node" : "sqlite-native";
}

function pathOfBetterSqlite3(require: NodeJS.Require): string | undefined {
	try {
		return require.resolve("better-sqlite3");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
		throw error;
	}
}

/**
 * Only Node lists what it has loaded of its own. In Bun and Deno an application may have the database open through
 * node:sqlite, or through bun:sqlite, which is the same copy of SQLite.
 */
function mayHaveLoadedNodeSqlite(): boolean {
	const { moduleLoadList = [], versions } = process as { moduleLoadList?: readonly string[] } & NodeJS.Process;
	if (versions.bun !== undefined || versions.deno !== undefined) return true;
	return moduleLoadList.includes("NativeModule sqlite");
}
