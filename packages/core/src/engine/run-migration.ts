import type { MigrationBody } from "../body/migration-body.ts";
import type { Driver } from "../driver/driver.ts";
import { MigrateError } from "../migrate-error.ts";
import type { Migration } from "../migration.ts";

/** Why a migration failed, and how far golang-migrate's protocol had come. */
export interface MigrationFailure {
	readonly cause: unknown;
	/** The database had been marked dirty before. */
	readonly dirty: boolean;
}

/**
 * Makes one step: atomically where the driver can, else by golang-migrate's protocol, which marks the database dirty
 * before the body runs and clean after it.
 *
 * @param body What to run; without one only the version moves.
 * @returns The failure, or `undefined` for success.
 */
export async function runMigration(
	driver: Driver,
	{ version, target }: Migration,
	body: MigrationBody | undefined,
	transaction: "each" | "all",
): Promise<MigrationFailure | undefined> {
	let dirty = false;
	try {
		if (body === undefined) {
			await driver.setVersion(target, false);
			return undefined;
		}
		const outcome = await driver.apply?.(body, target);
		if (outcome === "applied") return undefined;
		if (outcome === undefined && transaction === "all") {
			await driver.run(body);
			await driver.setVersion(target, false);
			return undefined;
		}
		if (transaction === "all") {
			const message =
				"this migration runs outside a transaction, because its file or the database URL says so; run it by itself";
			throw new MigrateError("ERR_NO_TRANSACTION", message, { version });
		}
		await driver.setVersion(target, true);
		dirty = true;
		await driver.run(body);
		await driver.setVersion(target, false);
		return undefined;
	} catch (cause) {
		return { cause, dirty };
	}
}
