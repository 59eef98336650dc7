import { migrationBody } from "./migration-body.ts";
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
			body: migrationBody(async function* () {
				yield new TextEncoder().encode(typeof content === "string" ? content : await content());
			}),
		})),
	);
}
