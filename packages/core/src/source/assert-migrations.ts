import { MigrateError } from "../migrate-error.ts";
import type { Source } from "./source.ts";

/**
 * Refuses a source that has nothing to go up to.
 *
 * @throws MigrateError `ERR_NO_MIGRATIONS`.
 */
export async function assertMigrations(source: Source): Promise<void> {
	if ((await source.versions()).length > 0) return;
	const { location } = source;
	throw new MigrateError("ERR_NO_MIGRATIONS", `there are no migrations in ${location}`, { location });
}
