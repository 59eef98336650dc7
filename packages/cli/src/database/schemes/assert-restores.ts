import { MigrateError, openDriver } from "@godwit/core";
import type { Settings } from "../../command-line/settings.ts";
import { requireDatabase } from "./resolve-urls.ts";

/**
 * Looks whether a database can be restored at all, before anybody looks for a backup, or is asked, or the lock is taken.
 *
 * @throws MigrateError `ERR_UNSUPPORTED`, and as `requireDatabase` and `openDriver`.
 */
export async function assertRestores(settings: Settings): Promise<void> {
	const database = await requireDatabase(settings);
	await using driver = await openDriver(database);
	if (driver.restore !== undefined) return;
	const scheme = database.slice(0, database.indexOf(":")).toLowerCase();
	const message = `the driver of ${scheme}:// cannot restore a backup; use the database's own tool, such as pg_restore`;
	throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "restore" });
}
