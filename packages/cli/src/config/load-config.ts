import { dirname } from "node:path";
import { CommandError } from "../command-line/command-error.ts";
import type { LoadedConfig } from "./config.ts";
import { ConfigFault } from "./config-fault.ts";
import { type ConfigFile, MANIFEST_KEY, readText, shownPath } from "./find-config.ts";
import { parseConfig } from "./parse-config.ts";

/**
 * Reads a configuration, and checks it. A module is run.
 *
 * @throws CommandError with file, line and column for what is no JSON and for what is not as it must be, and with the file, and
 *   the line where Node tells it, for a module that cannot be loaded.
 */
export async function loadConfig(file: ConfigFile): Promise<LoadedConfig> {
	const location = `${shownPath(file.path)}${file.manifest ? `#${MANIFEST_KEY}` : ""}`;
	const parsed = file.path.endsWith(".json") ? await parseJson(file) : await parseModule(file);
	return { location, folder: dirname(file.path), ...parsed };
}

type Parsed = ReturnType<typeof parseConfig>;

async function parseJson({ path, manifest }: ConfigFile): Promise<Parsed> {
	const text = readText(path);
	let content: unknown;
	try {
		content = JSON.parse(text);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		const { placeOfSyntaxError } = await import("./json-place.ts");
		const { line, column } = await placeOfSyntaxError(text, error);
		// Node's message can show a part of the text, and so a password.
		throw new CommandError(`${shownPath(path)}:${line}:${column}: this is not valid JSON; mend it here or just before`);
	}
	try {
		const parsed = parseConfig(manifest ? keyOf(content, path) : content);
		if (keysWritten(text) > keysOf(content)) await refuseRepeatedKey(text, { path, manifest });
		return parsed;
	} catch (error) {
		if (!(error instanceof ConfigFault)) throw error;
		const { placeOfKey } = await import("./json-place.ts");
		const { line, column } = await placeOfKey(text, manifest ? [MANIFEST_KEY, ...error.path] : error.path);
		throw new CommandError(`${shownPath(path)}:${line}:${column}: ${error.message}`, { cause: error });
	}
}

/** Of valid JSON. */
function keysWritten(text: string): number {
	return [...text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/g)].filter(([, colon]) => colon === ":").length;
}

function keysOf(value: unknown): number {
	if (typeof value !== "object" || value === null) return 0;
	const inside = Object.values(value).reduce((sum: number, entry) => sum + keysOf(entry), 0);
	return inside + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

/** JSON takes the last one without a word, be it another database or no protection. @throws CommandError */
async function refuseRepeatedKey(text: string, { path, manifest }: ConfigFile): Promise<void> {
	const { repeatedKey } = await import("./json-place.ts");
	const repeated = await repeatedKey(text, manifest ? MANIFEST_KEY : undefined);
	if (repeated === undefined) return;
	const { key, line, column } = repeated;
	throw new CommandError(`${shownPath(path)}:${line}:${column}: "${key}" is there twice; keep one of them`);
}

async function parseModule({ path }: ConfigFile): Promise<Parsed> {
	const { importConfig } = await import("./import-config.ts");
	const content = await importConfig(path);
	try {
		return parseConfig(content);
	} catch (error) {
		if (!(error instanceof ConfigFault)) throw error;
		throw new CommandError(`${shownPath(path)}: ${error.message}`, { cause: error });
	}
}

/** @throws CommandError when package.json was named as the configuration and is none. */
function keyOf(content: unknown, path: string): unknown {
	if (typeof content === "object" && content !== null && Object.hasOwn(content, MANIFEST_KEY)) {
		return (content as Record<string, unknown>)[MANIFEST_KEY];
	}
	throw new CommandError(`${shownPath(path)} has no key "${MANIFEST_KEY}", so it is no configuration`);
}
