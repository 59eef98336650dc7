import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

/** A package as it would be published. */
export interface Archive {
	readonly name: string;
	readonly version: string;
	readonly manifest: Readonly<Record<string, unknown>>;
	/** Absolute path of the `.tgz` file. */
	readonly path: string;
}

/**
 * Packs the packages of the workspace as they would be published. They must have been built.
 *
 * @param folder Is made, so that nothing else is in it.
 * @param without Names of folders in `packages/` that are left out. Default none.
 */
export function packAll(folder: string, without: readonly string[] = []): readonly Archive[] {
	mkdirSync(folder);
	const chosen = ["./packages/*", ...without.map((name) => `!./packages/${name}`)];
	execFileSync(
		"pnpm",
		[...chosen.flatMap((packages) => ["--filter", packages]), "pack", "--pack-destination", folder],
		{
			cwd: ROOT,
			stdio: "ignore",
			shell: process.platform === "win32",
		},
	);
	return archivesIn(folder);
}

/** The archives in a folder. */
export function archivesIn(folder: string): readonly Archive[] {
	return readdirSync(folder)
		.filter((file) => file.endsWith(".tgz"))
		.map((file) => {
			const path = join(folder, file);
			const manifest = JSON.parse(textIn(path, "package/package.json"));
			return { name: manifest.name, version: manifest.version, manifest, path };
		});
}

/** The paths in an archive, each with `package/` in front. */
export function filesIn(archive: string): readonly string[] {
	return tar(archive, "-tzf").trimEnd().split(/\r?\n/);
}

function textIn(archive: string, file: string): string {
	return tar(archive, "-xOzf", file);
}

/** By the name alone, since some tar takes the letter of a Windows drive for the name of a host. */
function tar(archive: string, option: string, ...files: readonly string[]): string {
	return execFileSync("tar", [option, basename(archive), ...files], { cwd: dirname(archive), encoding: "utf8" });
}

/** The digest by which npm knows an archive. */
export function integrityOf(archive: string): string {
	return `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
}
