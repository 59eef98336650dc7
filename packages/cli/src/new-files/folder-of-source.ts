import { resolve } from "node:path";
import { sourceUrl } from "@godwit/core";
import { registerBuiltins } from "../database/schemes/register-builtins.ts";

/**
 * Returns the folder that a source names.
 *
 * @param source A URL or a path.
 * @param start An absolute path, which a relative one starts from; empty for the working directory.
 * @returns An absolute path; undefined for a source that is no folder.
 * @throws MigrateError `ERR_INVALID_URL`, `ERR_INVALID_OPTION`.
 */
export async function folderOfSource(source: string, start: string): Promise<string | undefined> {
	registerBuiltins();
	const url = sourceUrl(source);
	if (!/^file:/i.test(url)) return undefined;
	const { pathOfFileUrl } = await import("@godwit/source-file");
	return resolve(start, pathOfFileUrl(url));
}
