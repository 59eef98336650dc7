import { resolve } from "node:path";
import { parseDatabaseUrl } from "@godwit/sqlite";

/**
 * Makes the relative path in a database URL absolute.
 *
 * @param folder An absolute path, which a relative one starts from.
 * @throws MigrateError `ERR_INVALID_URL`, `ERR_INVALID_OPTION`.
 */
export function absoluteUrl(url: string, folder: string): string {
	const { path } = parseDatabaseUrl(url);
	if (path === ":memory:") return url;
	const [, scheme = "", query = ""] = /^([^:]+:\/\/)[^?]*(.*)$/s.exec(url) ?? [];
	return `${scheme}${resolve(folder, path).replaceAll("%", "%25").replaceAll("?", "%3F")}${query}`;
}
