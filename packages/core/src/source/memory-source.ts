import { type MigrationBody, migrationBody, textBody } from "../body/migration-body.ts";
import { isError } from "../is-error.ts";
import { MigrateError } from "../migrate-error.ts";
import { typeOf } from "../url/given-url.ts";
import { CURE, noFiles } from "./no-files.ts";
import type { Source } from "./source.ts";
import { sourceOfFiles } from "./source-of-files.ts";

/** SQL text, or a module whose default export it is. */
export type MigrationText = string | { readonly default: string };

/**
 * Migrations that an app carries with it, by file name; folders in a name are left out of it.
 *
 * The values are SQL text or functions that load it, as `import.meta.glob<string>("./migrations/*.sql", { query: "?raw",
 * import: "default" })` makes them, with `eager: true` or without. Without `import: "default"` they are modules with the text.
 */
export type MigrationFiles = Readonly<Record<string, MigrationText | (() => MigrationText | Promise<MigrationText>)>>;

/**
 * Makes a source of migrations in memory. Go: source/iofs.
 *
 * @throws MigrateError `ERR_DUPLICATE_MIGRATION`, `ERR_MIGRATION_NAME`. @throws TypeError for what is no object of files, and
 *   for a value without text, which say what to pass. A function is called when its migration is read, and then it is `ERR_SOURCE`.
 */
export function memorySource(files: MigrationFiles): Source {
	// What has no names would be no migrations without a word.
	if (typeof files !== "object" || files === null || Symbol.iterator in files || isThenable(files))
		throw noFiles(files);
	const bodies = new Map(
		Object.entries(files).map(([path, content]) => [
			path,
			typeof content === "function" ? loadedBody(path, content) : textBody(givenText(path, content)),
		]),
	);
	return sourceOfFiles("memory", bodies.keys(), (path) => ({
		location: path,
		body: bodies.get(path) as MigrationBody,
	}));
}

/** A promise of files; no file is called so. */
function isThenable(files: object): boolean {
	return "then" in files && typeof files.then === "function";
}

/** What a bundler gives for a file that it copies: no SQL is one word that begins so. */
const ADDRESS = /^(?:\/(?!\*)|\.{1,2}\/|(?:data|https?|file|blob):)\S*$/;

function givenText(location: string, content: unknown): string {
	const text = textOf(content);
	if (typeof text !== "string") throw new TypeError(`${location} is ${typeOf(text)}, not text; ${CURE}`);
	if (ADDRESS.test(text)) throw new TypeError(`${location} is the address of a file, not its text; ${CURE}`);
	return text;
}

function loadedBody(location: string, loader: () => unknown): MigrationBody {
	return migrationBody(async function* () {
		yield* textBody(await load(location, loader));
	});
}

async function load(location: string, loader: () => unknown): Promise<string> {
	let text: unknown;
	try {
		text = textOf(await loader());
	} catch (cause) {
		const reason = isError(cause) ? cause.message : String(cause);
		throw new MigrateError("ERR_SOURCE", `cannot load ${location}: ${reason}`, { location }, { cause });
	}
	if (typeof text !== "string") throw noText(location, `loads as ${typeOf(text)}, not as text`);
	if (ADDRESS.test(text)) throw noText(location, "loads as the address of a file, not as its text");
	return text;
}

function noText(location: string, problem: string): MigrateError<"ERR_SOURCE"> {
	return new MigrateError("ERR_SOURCE", `${location} ${problem}; ${CURE}`, { location });
}

/** The text in a module; a module without one stays what it is. */
function textOf(content: unknown): unknown {
	const text: unknown = typeof content === "object" && content !== null && Reflect.get(content, "default");
	return typeof text === "string" ? text : content;
}
