import assert from "node:assert/strict";
import { NIL_VERSION } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { rejection } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import { expectState, type OpenEngine, sourceOfSet, withoutApply } from "./model/engine.ts";
import { failing, reversibleSet } from "./model/migration-set.ts";

/** What `Migrate` promises of a database that a failure has left dirty. */
export function engineDirtyLaws(openEngine: OpenEngine): readonly Law<DriverHarness, DriverCapability>[] {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/dirty-until-forced",
			of: "Migrate.force",
			async check(harness) {
				const set = failing(failing(reversibleSet([1n, 2n, 3n]), 2n, "up"), 1n, "down");
				const source = sourceOfSet(harness.dialect, set);
				await using engine = openEngine({ source, driver: withoutApply(await harness.open()) });
				await rejection("ERR_MIGRATION_FAILED", engine.up());
				await expectState(engine, 2n, true);
				const operations = [
					() => engine.up(),
					() => engine.down(),
					() => engine.steps(1),
					() => engine.migrate(3),
					() => engine.run(),
				];
				for (const operation of operations) {
					const { details } = await rejection("ERR_DIRTY", operation());
					assert.equal(details.version, 2n);
				}
				await engine.force(1n);
				await expectState(engine, 1n, false);
				// The version below the first migration is the one that a half-way down leaves behind.
				await rejection("ERR_MIGRATION_FAILED", engine.down());
				await expectState(engine, NIL_VERSION, true);
				await rejection("ERR_DIRTY", engine.up());
				await engine.force(NIL_VERSION);
				await expectState(engine, NIL_VERSION, false);
			},
		},
	]);
}
