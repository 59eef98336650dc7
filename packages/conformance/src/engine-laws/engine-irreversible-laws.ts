import assert from "node:assert/strict";
import { NIL_VERSION, type Version } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { expectObjects, rejection } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import { expectState, namesOf, type OpenEngine, openWith } from "./model/engine.ts";
import { type MigrationSet, reversibleSet } from "./model/migration-set.ts";

/** What `Migrate` promises of migrations that cannot be reverted. */
export function engineIrreversibleLaws(openEngine: OpenEngine): readonly Law<DriverHarness, DriverCapability>[] {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/irreversible-changes-nothing",
			of: "Migrate.down",
			async check(harness) {
				await using engine = await openWith(openEngine, harness, withoutDown(2n));
				await engine.up();
				const { details } = await rejection("ERR_IRREVERSIBLE", engine.down());
				assert.equal(details.version, 2n);
				await expectObjects(harness, ["m1", "m2", "m3"]);
				await expectState(engine, 3n, false);
			},
		},
		{
			id: "engine/missing-down-can-be-skipped",
			of: "MigrateOptions.missingDown",
			async check(harness) {
				await using engine = await openWith(openEngine, harness, withoutDown(2n), { missingDown: "skip" });
				await engine.up();
				const { applied } = await engine.down();
				assert.deepEqual(namesOf(applied), ["3 down", "2 down", "1 down"]);
				await expectObjects(harness, ["m2"]);
				await expectState(engine, NIL_VERSION, false);
			},
		},
	]);
}

/** Three migrations, one of which cannot be reverted. */
function withoutDown(version: Version): MigrationSet {
	return reversibleSet([1n, 2n, 3n]).map((migration) =>
		migration.version === version ? { ...migration, down: undefined } : migration,
	);
}
