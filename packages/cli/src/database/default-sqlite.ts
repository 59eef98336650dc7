/** In a bundle in CommonJS the URL is undefined, and there is a file name. */
const place = import.meta.url ?? __filename;

/** The scheme of the backend that `sqlite://` and `sqlite3://` stand for. */
export type DefaultSqlite = "sqlite-native" | "sqlite-node";

/**
 * Chooses the library that the process has loaded already, since two must not have one file open; otherwise better-sqlite3
 * where it is installed, and node:sqlite where it is not.
 */
export function defaultSqlite(): DefaultSqlite {
	const require = process.getBuiltinModule("node:module").createRequire(place);
	const path = pathOfBetterSqlite3(require);
	if (path !== undefined && path in require.cache) return "sqlite-native";
	return path === undefined || hasLoadedNodeSqlite() ? "sqlite-node" : "sqlite-native";
}

function pathOfBetterSqlite3(require: NodeJS.Require): string | undefined {
	try {
		return require.resolve("better-sqlite3");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
		throw error;
	}
}

/** Only Node lists what it has loaded of its own. */
function hasLoadedNodeSqlite(): boolean {
	const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] };
	return moduleLoadList.includes("NativeModule sqlite");
}
