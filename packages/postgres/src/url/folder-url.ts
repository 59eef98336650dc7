import { readPathUrl } from "@godwit/sql";
import { type PostgresConfig, parseConfig } from "./postgres-config.ts";

/** What a URL of PGlite says. */
export interface FolderUrl {
	/** The folder of the database; `:memory:` for a database in memory. */
	readonly path: string;
	readonly config: PostgresConfig;
}

/**
 * Reads `pglite://PATH?x-option=value`. The path is absolute after a third slash and relative to the working directory
 * otherwise. Percent-encoding is decoded.
 *
 * @throws MigrateError `ERR_INVALID_URL`, `ERR_INVALID_OPTION`.
 */
export function parseFolderUrl(url: string): FolderUrl {
	const { path, options } = readPathUrl(url, { example: "path/to/folder", kind: "folder", product: "PGlite" });
	return { path, config: parseConfig(options) };
}
