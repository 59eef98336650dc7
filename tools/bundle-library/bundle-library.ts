import { readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { rolldown } from "rolldown";

/** One entry point of a package in the workspace. */
interface Entry {
	readonly default: string;
}

/**
 * Makes the JavaScript of a library package as it is published: one ES module for each entry point, and one for what is loaded late.
 * Finding and linking a module takes Node half a millisecond, and the sources of a migration's way through the packages are 300.
 *
 * @param folder Of the package. Its entry points are those of its manifest.
 * @param to A folder. JavaScript that is in it is deleted before, since it may be of sources that are gone.
 */
export async function bundleLibrary(folder: string, to: string): Promise<void> {
	await using build = await rolldown({
		cwd: folder,
		input: entriesOf(folder),
		platform: "neutral",
		external: (id) => !isOwn(id),
		// Node 22.18, the oldest that is supported, does not know "using" yet.
		transform: { target: "node22.18" },
		// What an entry point exports, and so has loaded, is imported late by other modules all the same.
		checks: { ineffectiveDynamicImport: false },
		logLevel: "warn",
	});
	for (const file of readdirSync(to, { encoding: "utf8", recursive: true })) {
		if (/\.js(?:\.map)?$/.test(file)) rmSync(join(to, file));
	}
	await build.write({
		dir: to,
		entryFileNames: "[name].js",
		chunkFileNames: "[name].js",
		sourcemap: true,
		sourcemapExcludeSources: true,
	});
}

function entriesOf(folder: string): Readonly<Record<string, string>> {
	const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
		readonly exports: Readonly<Record<string, Entry | string>>;
	};
	const entries = Object.values(exports).filter((entry) => typeof entry === "object");
	return Object.fromEntries(entries.map((entry) => [basename(entry.default, ".ts"), entry.default]));
}

/** A path, or what the bundler adds for syntax that the oldest Node does not know. */
function isOwn(id: string): boolean {
	return /^(?:[./]|[a-z]:[/\\]|@oxc-project\/)/i.test(id);
}

if (import.meta.main) await bundleLibrary(process.cwd(), join(process.cwd(), "dist"));
