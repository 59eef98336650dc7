import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CommandError } from "../command-line/command-error.ts";
import { fileFailure } from "../output/text/file-failure.ts";

/** What a project says of itself in its package.json. */
export interface Project {
	/** The absolute path of the package.json. */
	readonly manifest: string;
	/** The packages that it names, of all kinds of dependencies; each once. */
	readonly packages: readonly string[];
}

const KINDS = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] as const;

/**
 * Finds the project of a folder: the nearest package.json, in it or above it.
 *
 * @param folder An absolute path.
 * @returns undefined when there is none.
 * @throws CommandError for one that cannot be read, or that is no package.json.
 */
export function projectOf(folder: string): Project | undefined {
	const manifest = join(folder, "package.json");
	const text = textOf(manifest);
	if (text !== undefined) return { manifest, packages: packagesIn(text, manifest) };
	const above = dirname(folder);
	return above === folder ? undefined : projectOf(above);
}

function textOf(manifest: string): string | undefined {
	try {
		return readFileSync(manifest, "utf8");
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		const failed = `cannot read ${manifest}, which names the packages of drivers`;
		throw fileFailure({ failed, path: manifest, access: "read" }, cause);
	}
}

function packagesIn(text: string, manifest: string): readonly string[] {
	let content: unknown;
	try {
		// npm takes one with a byte order mark.
		content = JSON.parse(text.replace(/^\uFEFF/, ""));
	} catch (cause) {
		throw new CommandError(`${manifest} is not JSON: ${(cause as Error).message}`, { cause });
	}
	if (!isObject(content)) throw new CommandError(`${manifest} does not hold an object`);
	const names = KINDS.flatMap((kind) => {
		const named = content[kind] ?? {};
		if (!isObject(named)) throw new CommandError(`"${kind}" in ${manifest} is not an object of packages and versions`);
		return Object.keys(named);
	});
	return [...new Set(names)];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
