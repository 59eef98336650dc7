import { type MigrationBody, migrationBody, textBody } from "../body/migration-body.ts";
import { isError } from "../is-error.ts";
import { MigrateError } from "../migrate-error.ts";
import type { Source } from "./source.ts";
import { sourceOfFiles } from "./source-of-files.ts";

/**
 * Migrations that an app carries with it, by file name; folders in a name are left out of it.
 *
 * The values are SQL text, or functions that load it, as `import.meta.glob("./migrations/*.sql", { query: "?raw",
 * import: "default" })` makes them.
 */
export type MigrationFiles = Readonly<Record<string, string | (() => Promise<string>)>>;

/**
 * Makes a source of migrations in memory. Go: source/iofs.
 *
 * @throws MigrateError `ERR_DUPLICATE_MIGRATION`, `ERR_MIGRATION_NAME`.
 */
export function memorySource(files: MigrationFiles): Source {
	return sourceOfFiles(
		"memory",
		Object.entries(files).map(([path, content]) => ({
			name: path.slice(path.lastIndexOf("/") + 1),
			location: path,
			body: typeof content === "string" ? textBody(content) : loadedBody(path, content),
		})),
	);
}

function loadedBody(location: string, loader: () => unknown): MigrationBody {
	return migrationBody(async function* () {
		yield* textBody(await load(location, loader));
	});
}

async function load(location: string, loader: () => unknown): Promise<string> {
	let text: unknown;
	try {
		text = await loader();
	} catch (cause) {
		const reason = isError(cause) ? cause.message : String(cause);
		throw new MigrateError("ERR_SOURCE", `cannot load ${location}: ${reason}`, { location }, { cause });
	}
	if (typeof text === "string") return text;
	// Without its two options import.meta.glob loads modules, which would run as the text "[object Module]".
	const hint = 'with import.meta.glob, pass { query: "?raw", import: "default" }';
	throw new MigrateError("ERR_SOURCE", `${location} loads as ${typeof text}, not as text; ${hint}`, { location });
}
