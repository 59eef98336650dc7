import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError } from "../command-line/command-error.ts";
import { importQuietly } from "../plugins/import-quietly.ts";
import { projectOf } from "../plugins/project-packages.ts";
import { shownPath } from "./find-config.ts";

/**
 * Runs a configuration that is a module, and returns its default export. Node itself strips the types of TypeScript.
 *
 * @param path An absolute path.
 * @throws CommandError when it cannot be loaded or throws, with the line where Node tells it.
 */
export async function importConfig(path: string): Promise<unknown> {
	let module: Readonly<Record<string, unknown>>;
	try {
		module = await importQuietly(pathToFileURL(path).href);
	} catch (error) {
		const reason = error instanceof Error ? `${error.name}: ${error.message}` : `it threw ${typeof error}`;
		const place = placeOf(error, path);
		throw new CommandError(`cannot load ${shownPath(path)}${place}: ${reason}${cureOf(error, path)}`, { cause: error });
	}
	if (!("default" in module)) {
		throw new CommandError(`${shownPath(path)} has no default export; write "export default { ... }"`);
	}
	return module.default;
}

/** `npm init` writes that type, with which Node reads `import` and `export` in a `.ts` file as CommonJS; empty for any other mistake. */
function cureOf(error: unknown, path: string): string {
	if (!(error instanceof SyntaxError) || !path.endsWith(".ts")) return "";
	const manifest = projectOf(dirname(path))?.manifest;
	const { type } =
		manifest === undefined ? {} : (JSON.parse(readFileSync(manifest, "utf8")) as { readonly type?: unknown });
	if (type !== "commonjs") return "";
	return '; package.json says "type": "commonjs": make that "module", or call the file godwit.config.mjs and take the types out';
}

/** `:LINE:COLUMN`; empty when Node does not tell it. */
function placeOf(error: unknown, path: string): string {
	if (!(error instanceof Error)) return "";
	const place = placeIn(error.stack ?? "", path);
	if (place !== "" || !(error instanceof SyntaxError)) return place;
	// The stack of a module's syntax error has only Node's own frames.
	return placeIn(spawnSync(process.execPath, ["--check", path], { encoding: "utf8" }).stderr, path);
}

/** Where Node gives no column, it shows some lines, and a caret below the last one. */
function placeIn(text: string, path: string): string {
	for (const name of [pathToFileURL(path).href, path]) {
		const [, place, column = "", indent] =
			text.split(name, 2)[1]?.match(/^(:\d+)(:\d+)?(?:\n(?:.*\n)+?([ \t]*)\^)?/) ?? [];
		if (place === undefined) continue;
		return `${place}${column || (indent === undefined ? "" : `:${indent.length + 1}`)}`;
	}
	return "";
}
