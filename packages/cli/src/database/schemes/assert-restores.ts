import { openDriver, unsupported } from "@godwit/core";
import type { Settings } from "../../command-line/settings.ts";
import { requireDatabase } from "./resolve-urls.ts";

/**
 * Looks whether a database can be restored at all, before anybody looks for a backup, or is asked, or the lock is taken.
 *
 * @throws MigrateError `ERR_UNSUPPORTED`, and as `requireDatabase` and `openDriver`.
 */
export async function assertRestores(settings: Settings): Promise<void> {
	await using driver = await openDriver(await requireDatabase(settings));
	if (driver.restore === undefined) throw unsupported(driver, "restore");
}
