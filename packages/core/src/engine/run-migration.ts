import type { MigrationBody } from "../body/migration-body.ts";
import type { Driver, VersionState } from "../driver/driver.ts";
import { isMigrateError, suppress } from "../migrate-error.ts";
import type { Migration } from "../migration.ts";
import type { MigrationFailure } from "./migration-failure.ts";
import { newToken } from "./token.ts";

/** Where a step starts, and whether another one follows. */
export interface StepPlace {
	readonly from: VersionState;
	readonly last: boolean;
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
	{ target: version }: Migration,
	body: MigrationBody | undefined,
	{ from, last }: StepPlace,
): Promise<MigrationFailure | undefined> {
	const token = newToken();
	const end = { version, dirty: false, from, token, last };
	let dirty = false;
	try {
		if (body === undefined) {
			await driver.setVersion(end);
			return undefined;
		}
		if ((await driver.apply?.(body, end)) === "applied") return undefined;
		await driver.setVersion({ version, dirty: true, from, token: newToken(), last: false });
		dirty = true;
		await driver.run(body);
		await driver.setVersion({ ...end, from: { version, dirty } });
		return undefined;
	} catch (cause) {
		if (!dirty || !isMigrateError(cause, "ERR_START_OVER")) return { cause, dirty, token };
		return putBack(driver, { version, dirty }, from, { cause, dirty, token });
	}
}

/** Nothing of the body is there, so the mark goes, and the step can be made again. */
async function putBack(
	driver: Driver,
	marked: VersionState,
	before: VersionState,
	failure: MigrationFailure,
): Promise<MigrationFailure> {
	try {
		await driver.setVersion({ ...before, from: marked, token: newToken() });
		return { ...failure, dirty: false };
	} catch (error) {
		return { ...failure, cause: suppress(failure.cause, error) };
	}
}
