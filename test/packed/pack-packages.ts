import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

/**
 * Packs the packages as they would be published, which must have been built.
 *
 * @param folder Where the archives are written; an absolute path.
 * @param without Names of folders in `packages/` that are left out. Default none.
 * @returns The archives' names.
 */
export function packPackages(folder: string, without: readonly string[] = []): readonly string[] {
	const chosen = ["./packages/*", ...without.map((name) => `!./packages/${name}`)];
	const filters = chosen.flatMap((packages) => ["--filter", packages]);
	execFileSync("pnpm", [...filters, "pack", "--pack-destination", folder], {
		cwd: ROOT,
		stdio: "ignore",
		shell: process.platform === "win32",
	});
	return readdirSync(folder).filter((name) => name.endsWith(".tgz"));
}
