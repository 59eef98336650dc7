import { MigrateError } from "../migrate-error.ts";
import type { Driver } from "./driver.ts";

/**
 * Belongs before the lock is taken, which makes a database that is not there.
 *
 * @throws MigrateError `ERR_DATABASE` when it is not there, as far as the driver can tell, see `Driver.missingFile`.
 */
export async function assertDatabase(driver: Driver): Promise<void> {
	const path = await driver.missingFile?.();
	if (path === undefined) return;
	throw new MigrateError("ERR_DATABASE", `there is no database at ${path}; look at the path, or let up make it`, {});
}
