import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { MigrateError } from "@godwit/core";

/**
 * Where templates are kept: `node_modules/.cache/godwit-testing` beside the nearest package.json, in the working directory or above
 * it. So every worker of a test runner finds the same ones, and whoever removes node_modules removes them.
 *
 * @throws MigrateError `ERR_DATABASE` without a package.json.
 */
export function defaultCacheFolder(from: string = process.cwd()): string {
	for (let folder = resolve(from); ; folder = dirname(folder)) {
		if (existsSync(join(folder, "package.json"))) return join(folder, "node_modules/.cache/godwit-testing");
		if (folder === dirname(folder)) break;
	}
	const message = `there is no package.json in ${from} or above it, beside which templates are kept; run the tests in the project, or name a folder with cacheFolder`;
	throw new MigrateError("ERR_DATABASE", message, {});
}
