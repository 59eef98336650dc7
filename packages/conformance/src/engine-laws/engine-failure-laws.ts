import assert from "node:assert/strict";
import { memorySource, NIL_VERSION } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { expectObjects, rejection, rejectionCausedBy } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import { expectState, namesOf, type OpenEngine, openWith } from "./model/engine.ts";
import { failing, migrationFiles, reversibleSet } from "./model/migration-set.ts";

/** What `Migrate` promises of operations that fail. */
export function engineFailureLaws(openEngine: OpenEngine): readonly Law<DriverHarness, DriverCapability>[] {
	const withFailingUp = failing(reversibleSet([1n, 2n, 3n]), 2n, "up");

	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/failure-stops-there",
			of: "Migrate.up",
			async check(harness, { capabilities }) {
				await using engine = await openWith(openEngine, harness, withFailingUp);
				const { details, cause } = await rejection("ERR_MIGRATION_FAILED", engine.up());
				await rejection("ERR_SQL", Promise.reject(cause));
				const { version, direction, dirty, report } = details;
				assert.deepEqual(
					{ version, direction, applied: namesOf(report.applied) },
					{ version: 2n, direction: "up", applied: ["1 up"] },
				);
				assert.equal(dirty, !capabilities.has("apply"));
				await expectObjects(harness, ["m1"]);
				await expectState(engine, dirty ? 2n : 1n, dirty);
			},
		},
		{
			id: "engine/empty-source-is-no-success",
			of: "Migrate.up",
			async check(harness) {
				await using engine = await openWith(openEngine, harness, []);
				for (const operation of [() => engine.up(), () => engine.steps(1), () => engine.migrate(1)]) {
					await rejection("ERR_NO_MIGRATIONS", operation());
				}
				assert.deepEqual((await engine.down()).applied, []);
			},
		},
		{
			id: "engine/unreadable-body-is-a-failure",
			of: "Migrate.up",
			async check(harness) {
				const failure = new Error("the disk is gone");
				const files = migrationFiles(harness.dialect, reversibleSet([1n, 2n]));
				const source = memorySource({ ...files, "2_m.up.sql": () => Promise.reject(failure) });
				await using engine = openEngine({ source, driver: await harness.open() });
				const failed = engine.up();
				await rejection("ERR_MIGRATION_FAILED", failed);
				await rejectionCausedBy(failure, failed);
				await expectObjects(harness, ["m1"]);
				const { version, dirty } = await engine.version();
				assert.notDeepEqual(
					{ version, dirty },
					{ version: 2n, dirty: false },
					"a body that was not read is not applied",
				);
			},
		},
		{
			id: "engine/all-or-nothing",
			of: "MigrateOptions.transaction",
			requires: ["transaction"],
			async check(harness) {
				await using engine = await openWith(openEngine, harness, failing(reversibleSet([1n, 2n, 3n]), 3n, "up"), {
					transaction: "all",
				});
				const { details } = await rejection("ERR_MIGRATION_FAILED", engine.up());
				assert.deepEqual({ dirty: details.dirty, applied: details.report.applied }, { dirty: false, applied: [] });
				await expectObjects(harness, []);
				await expectState(engine, NIL_VERSION, false);
				await engine.steps(2);
				await expectObjects(harness, ["m1", "m2"]);
				await expectState(engine, 2n, false);
			},
		},
	]);
}
