import { invalidUrl } from "@godwit/core";
import { readPathUrl } from "@godwit/sql";
import { parseConfig, type SqliteConfig } from "./sqlite-config.ts";

export interface DatabaseUrl {
	/** The database's file; `:memory:` for a database in memory. */
	readonly path: string;
	readonly config: SqliteConfig;
}

/**
 * Reads `scheme://PATH?x-option=value`. The path is absolute after a third slash and relative to the working directory
 * otherwise; `scheme://C:/app.db` and `scheme:///C:/app.db` are Windows paths. Percent-encoding is decoded, so a
 * literal `%` or `?` in a path is written `%25` or `%3F`; golang-migrate takes the path as it is written. A user and a
 * password would show in messages as parts of a path, so they are refused.
 *
 * @throws MigrateError `ERR_INVALID_URL`, `ERR_INVALID_OPTION`.
 */
export function parseDatabaseUrl(url: string): DatabaseUrl {
	const {
		scheme,
		path: written,
		options,
	} = readPathUrl(url, {
		example: "path/to/file.db",
		kind: "file",
		product: "SQLite",
	});
	const path = written.replace(/^[/\\]([A-Za-z]:[/\\])/, "$1");
	if (path.startsWith("file:")) {
		throw invalidUrl(
			`SQLite's own file: names cannot be used; write the path itself, as in ${scheme}://path/to/file.db`,
		);
	}
	return { path, config: parseConfig(options) };
}
