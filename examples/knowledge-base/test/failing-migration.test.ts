import { isMigrateError, type MigrateError } from "godwit";
import { describe, expect, it } from "vitest";
import { fieldStation, LATEST, SCHEMES } from "./knowledge-base.ts";

async function failure(promise: Promise<unknown>): Promise<MigrateError<"ERR_MIGRATION_FAILED">> {
	const error = await promise.catch((reason: unknown) => reason);
	if (!isMigrateError(error, "ERR_MIGRATION_FAILED"))
		throw new Error("expected ERR_MIGRATION_FAILED", { cause: error });
	return error;
}

describe.each(SCHEMES)("a migration with a mistake in the middle, on %s", (scheme) => {
	it("leaves version, schema and data as they were, and is not dirty", async () => {
		await using station = await fieldStation();
		await using migrate = await station.migrateWithMistake(scheme);
		await migrate.migrate(LATEST);
		const before = station.contents();
		const { message, details } = await failure(migrate.up());
		expect(message).toContain("000019_create_ratings.up.sql:9:1: no such table: main.ratngs");
		expect(details).toMatchObject({ version: 19n, direction: "up", dirty: false });
		expect(await migrate.version()).toEqual({ version: LATEST, dirty: false });
		expect(station.contents()).toEqual(before);
	});

	it("keeps the migrations before it", async () => {
		await using station = await fieldStation();
		await using migrate = await station.migrateWithMistake(scheme);
		const { details } = await failure(migrate.up());
		expect(details.report.applied).toHaveLength(Number(LATEST));
		expect(await migrate.version()).toEqual({ version: LATEST, dirty: false });
	});

	it("is dirty at its version with x-no-tx-wrap=true, and the message says how to repair it", async () => {
		await using station = await fieldStation();
		await using migrate = await station.migrateWithMistake(scheme, "&x-no-tx-wrap=true");
		await migrate.migrate(LATEST);
		const before = station.contents();
		const { message, details } = await failure(migrate.up());
		expect(message).toMatch(
			/dirty at version 19: repair the schema by hand, then say how version 19 ended with repair -dirty/,
		);
		expect(details).toMatchObject({ version: 19n, dirty: true });
		expect(await migrate.version()).toEqual({ version: 19n, dirty: true });
		expect(station.contents().rows).toHaveProperty("ratings");
		await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_DIRTY" });

		station.app("DROP TABLE ratings");
		await migrate.force(LATEST);
		expect(await migrate.version()).toEqual({ version: LATEST, dirty: false });
		expect(station.contents()).toEqual(before);
	});
});
