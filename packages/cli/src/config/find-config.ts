import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { CommandError } from "../command-line/command-error.ts";
import { fileFailure } from "../output/text/file-failure.ts";

/** A file that holds a configuration, which is not read yet. */
export interface ConfigFile {
	/** An absolute path. */
	readonly path: string;
	/** Whether it is package.json, of which one key is the configuration. */
	readonly manifest: boolean;
}

/** The key of package.json. */
export const MANIFEST_KEY = "godwit";

const MANIFEST = "package.json";
const NAMES = ["godwit.config.json", "godwit.config.mjs", "godwit.config.ts"] as const;

/**
 * Finds the configuration beside the nearest package.json, from a folder upwards. A command that has none pays for a few
 * system calls.
 *
 * @param start An absolute path.
 * @returns undefined when there is none.
 * @throws CommandError when there are two, and when one lies on the way up where it would not be read.
 */
export function findConfig(start: string): ConfigFile | undefined {
	const astray: string[] = [];
	for (let folder = start; ; folder = dirname(folder)) {
		const files = NAMES.map((name) => join(folder, name)).filter(isFile);
		const manifest = join(folder, MANIFEST);
		if (isFile(manifest)) {
			assertNoneAstray(astray, folder);
			return onlyOne([...(hasKey(manifest) ? [manifest] : []), ...files], manifest);
		}
		astray.push(...files);
		if (folder === dirname(folder)) break;
	}
	assertNoneAstray(astray, undefined);
	return undefined;
}

/**
 * The configuration that `-config` names.
 *
 * @returns undefined for `none`.
 * @throws CommandError for a file that is not there, and one whose name does not say what it is.
 */
export function configNamed(name: string): ConfigFile | undefined {
	if (name === "none") return undefined;
	if (!/\.(?:json|mjs|ts)$/.test(name)) {
		throw new CommandError(`-config ${name} is no configuration: its name must end in .json, .mjs or .ts`);
	}
	if (!isFile(name)) throw new CommandError(`-config ${name} is not there, or is no file`);
	const path = resolve(name);
	return { path, manifest: basename(path) === MANIFEST };
}

/** @throws CommandError */
function assertNoneAstray([file]: readonly string[], root: string | undefined): void {
	if (file === undefined) return;
	const cure = root === undefined ? "make one" : `move it to ${shownPath(root)}`;
	throw new CommandError(
		`${shownPath(file)} is not beside a package.json, so it would not be read; ${cure}, or name it with -config (-config none goes without)`,
	);
}

function onlyOne(files: readonly string[], manifest: string): ConfigFile | undefined {
	const [path] = files;
	if (path === undefined) return undefined;
	if (files.length > 1) {
		const names = files.map((file) => (file === manifest ? `${shownPath(file)}#${MANIFEST_KEY}` : shownPath(file)));
		throw new CommandError(
			`there is more than one configuration: ${names.join(", ")}; keep one of them, or choose with -config FILE`,
		);
	}
	return { path, manifest: path === manifest };
}

/** A text without the word need not be parsed. One that cannot be parsed is told when it is read. */
function hasKey(manifest: string): boolean {
	const text = readText(manifest);
	if (!text.includes(`"${MANIFEST_KEY}"`)) return false;
	try {
		const content: unknown = JSON.parse(text);
		return typeof content === "object" && content !== null && Object.hasOwn(content, MANIFEST_KEY);
	} catch (error) {
		if (error instanceof SyntaxError) return true;
		throw error;
	}
}

function isFile(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Reads a file, without the byte order mark that editors on Windows write. @throws CommandError */
export function readText(path: string): string {
	try {
		return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
	} catch (cause) {
		const shown = shownPath(path);
		throw fileFailure({ failed: `cannot read ${shown}`, path: shown, access: "read" }, cause);
	}
}

/** A path as messages show it: from the working directory. */
export function shownPath(path: string): string {
	return relative(process.cwd(), path) || ".";
}
