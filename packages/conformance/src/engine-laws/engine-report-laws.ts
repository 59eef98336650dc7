import assert from "node:assert/strict";
import { type Driver, isMigrateError, type MigrateEvent, memorySource, type VersionState } from "@godwit/core";
import { type BodyWithEnd, forEachBody } from "../driver-laws/bodies/transaction-control-laws.ts";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { forEachSpoiling } from "../driver-laws/failed-read-laws.ts";
import { expectObjects } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import { type Engine, expectState, type OpenEngine, openWith, sourceOfSet } from "./model/engine.ts";
import { reversibleSet } from "./model/migration-set.ts";

/** What `Migrate` promises of what it says about the database. */
export function engineReportLaws(openEngine: OpenEngine): readonly Law<DriverHarness, DriverCapability>[] {
	return [
		{
			id: "engine/unreadable-version-runs-nothing",
			of: "Migrate.up",
			requires: ["unreadable-version"],
			async check(create) {
				await forEachSpoiling(create, async (harness, way, spoil) => {
					await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]));
					await engine.force(1n);
					await spoil();
					await assert.rejects(engine.up(), isBeforeAnyMigration, `${way}: up went on`);
					await assert.rejects(engine.down(), isBeforeAnyMigration, `${way}: down went on`);
				});
			},
		},
		{
			id: "engine/not-dirty-means-nothing-is-left",
			of: "ErrorDetails.ERR_MIGRATION_FAILED",
			requires: ["transaction-control"],
			async check(create) {
				await forEachBody(create, async (harness, body) => {
					const { dialect } = harness;
					const source = memorySource({ "1_m.up.sql": dialect.create("first"), "2_m.up.sql": body.text });
					await using engine = openEngine({ source, driver: await harness.open() });
					const told = await stateToldBy(engine, body);
					await expectState(engine, told.version, told.dirty);
					// What a dirty database holds is for a person to find out.
					if (told.dirty) return;
					const names = told.version === 2n ? (body.names ?? []) : [];
					await expectObjects(harness, ["first", ...names]);
				});
			},
		},
		...lawsOfOne<DriverHarness, DriverCapability>([
			{
				id: "engine/one-transaction-one-version",
				of: "MigrateOptions.transaction",
				requires: ["transaction"],
				async check(harness) {
					const moments: string[] = [];
					await using engine = openEngine({
						source: sourceOfSet(harness.dialect, reversibleSet([1n, 2n, 3n])),
						driver: withVersionsNoted(await harness.open(), moments),
						transaction: "all",
						onEvent: (event) => moments.push(...migrationMoment(event)),
					});
					await engine.up();
					const up = ["begin", "start 1", "start 2", "start 3", "commit at 3", "end 1", "end 2", "end 3"];
					assert.deepEqual(moments.splice(0), up);
					await engine.down();
					const down = ["begin", "start 3", "start 2", "start 1", "commit at -1", "end 3", "end 2", "end 1"];
					assert.deepEqual(moments, down);
				},
			},
		]),
	];
}

/** A driver that notes each call which changes the version. */
function withVersionsNoted(driver: Driver, moments: string[]): Driver {
	const { apply, transaction } = driver;
	return {
		...driver,
		async setVersion(change) {
			moments.push(`version ${change.version}`);
			await driver.setVersion(change);
		},
		...(apply && {
			async apply(body, change, rounds) {
				moments.push(`apply to ${change.version}`);
				return apply(body, change, rounds);
			},
		}),
		...(transaction && {
			async transaction(change, work) {
				moments.push("begin");
				const result = await transaction(change, work);
				moments.push(`commit at ${change.version}`);
				return result;
			},
		}),
	};
}

function migrationMoment(event: MigrateEvent): readonly string[] {
	return event.type === "start" || event.type === "end" ? [`${event.type} ${event.migration.version}`] : [];
}

function isBeforeAnyMigration(error: unknown): boolean {
	return isMigrateError(error) && !isMigrateError(error, "ERR_MIGRATION_FAILED");
}

/** Migrates, and returns where the database is by what the report or the error says. */
async function stateToldBy(engine: Engine, { text, names }: BodyWithEnd): Promise<VersionState> {
	try {
		const { to } = await engine.up();
		assert.ok(names !== undefined, `${JSON.stringify(text)} holds a statement that fails, and is said to be applied`);
		return { version: to, dirty: false };
	} catch (error) {
		if (!isMigrateError(error, "ERR_MIGRATION_FAILED")) throw error;
		const { dirty, version, report } = error.details;
		return { version: dirty ? version : report.to, dirty };
	}
}
