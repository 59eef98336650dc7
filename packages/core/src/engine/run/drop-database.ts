import type { Driver } from "../../driver/driver.ts";
import type { MigrateOptions } from "../migrate-options.ts";
import { underLock } from "./migration-lock.ts";

/** Deletes everything in the database, under the lock. That would make one that is not there, which holds nothing to delete. */
export async function dropDatabase(driver: Driver, options: MigrateOptions): Promise<void> {
	const missing = await driver.missingFile?.();
	if (missing === undefined) return underLock(driver, options, () => driver.drop());
	const message = `there is no database at ${missing}, so there is nothing to drop`;
	options.onEvent?.({ type: "notice", message });
}
