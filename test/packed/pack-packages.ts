import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const PACKAGES = resolve(import.meta.dirname, "../../packages");

/**
 * Packs the packages as they would be published.
 *
 * @param folder Where the archives are written.
 * @param without Names of folders in `packages/` that are left out. Default none.
 * @returns The archives' names.
 */
export function packPackages(folder: string, without: readonly string[] = []): readonly string[] {
	for (const name of readdirSync(PACKAGES).filter((name) => !without.includes(name))) {
		execFileSync("pnpm", ["pack", "--pack-destination", folder], { cwd: join(PACKAGES, name), stdio: "ignore" });
	}
	return readdirSync(folder).filter((name) => name.endsWith(".tgz"));
}
