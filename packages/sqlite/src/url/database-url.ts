import { hasCredentials, MigrateError } from "@godwit/core";
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
	const [, scheme, encodedPath = "", query = ""] = /^([^:]+):\/\/([^?]*)(?:\?(.*))?$/s.exec(url) ?? [];
	if (scheme === undefined) {
		const instead = withSlashes(url);
		const hint = instead === undefined ? "" : `; write ${instead}`;
		throw invalidUrl(`a database URL is written scheme://path/to/file.db${hint}`);
	}
	const path = decodePath(encodedPath).replace(/^[/\\]([A-Za-z]:[/\\])/, "$1");
	if (hasCredentials(path)) {
		throw invalidUrl("SQLite has no users and passwords; before a path that has : and @ in it, write ./");
	}
	if (path === "") throw invalidUrl(`the database URL names no file; write it as ${scheme}://path/to/file.db`);
	if (path.includes("\0")) throw invalidUrl("the path in the database URL has a NUL character");
	if (path.startsWith("file:")) {
		throw invalidUrl(
			`SQLite's own file: names cannot be used; write the path itself, as in ${scheme}://path/to/file.db`,
		);
	}
	return { path, config: parseConfig(new URLSearchParams(query)) };
}

/** `sqlite:app.db` in its right form; undefined when it may hold a password. */
function withSlashes(url: string): string | undefined {
	const [, scheme, path] = /^([^:]+):([^?@=;]+)(?:\?.*)?$/s.exec(url) ?? [];
	return path === undefined ? undefined : `${scheme}://${path}`;
}

function decodePath(encoded: string): string {
	try {
		return decodeURIComponent(encoded);
	} catch (cause) {
		const reason = "the path in the database URL has a % that begins no percent-encoding; write a literal % as %25";
		throw new MigrateError("ERR_INVALID_URL", reason, { reason }, { cause });
	}
}

function invalidUrl(reason: string): MigrateError<"ERR_INVALID_URL"> {
	return new MigrateError("ERR_INVALID_URL", reason, { reason });
}
