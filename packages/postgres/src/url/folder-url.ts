import { hasCredentials, MigrateError } from "@godwit/core";
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
	const [, encoded = "", query = ""] = /^[^:]+:\/\/([^?]*)(?:\?(.*))?$/s.exec(url) ?? [];
	const path = decode(encoded);
	if (path === "") throw invalidUrl("the database URL names no folder; write it as pglite://path/to/folder");
	if (hasCredentials(path)) {
		throw invalidUrl("PGlite has no users and passwords; before a path that has : and @ in it, write ./");
	}
	return { path, config: parseConfig(new URLSearchParams(query)) };
}

function decode(encoded: string): string {
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
