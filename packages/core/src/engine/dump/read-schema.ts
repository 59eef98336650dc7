import type { Driver } from "../../driver/driver.ts";
import type { Schema } from "../../driver/schema.ts";
import { unsupported } from "../../driver/unsupported.ts";

/** @throws MigrateError `ERR_UNSUPPORTED` for a driver that cannot tell. */
export async function readSchema(
	driver: Driver,
	options: Parameters<NonNullable<Driver["schema"]>>[0],
): Promise<Schema> {
	if (driver.schema !== undefined) return driver.schema(options);
	throw unsupported(driver, "schema");
}
