import type { Driver } from "../../driver/driver.ts";
import type { Schema } from "../../driver/schema.ts";
import { MigrateError } from "../../migrate-error.ts";

/** @throws MigrateError `ERR_UNSUPPORTED` for a driver that cannot tell. */
export async function readSchema(
	driver: Driver,
	options: Parameters<NonNullable<Driver["schema"]>>[0],
): Promise<Schema> {
	if (driver.schema !== undefined) return driver.schema(options);
	throw new MigrateError("ERR_UNSUPPORTED", "this driver cannot tell what the database consists of", {
		capability: "schema",
	});
}
