import assert from "node:assert/strict";
import { memorySource } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../../driver-laws/driver-harness.ts";
import { expectObjects, rejection } from "../../expectations.ts";
import { lawsOfOne } from "../../law.ts";
import { expectState, namesOf, type OpenEngine, openWith } from "../model/engine.ts";
import { asOtherTool, eventsOf, type HistoryLaws, upTo } from "../model/engine-history.ts";
import { IDENTIFIER, migrationFiles, reversibleSet } from "../model/migration-set.ts";

/** What somebody says of a version, and what counts from then on. */
export function cureLaws(openEngine: OpenEngine): HistoryLaws {
	return [...sayingLaws(openEngine), ...guessLaws(openEngine)];
}

function sayingLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/repair-says-what-is-unknown",
			of: "Migrate.repair",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 4n]);
				await asOtherTool(harness, 4n);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n, 4n]));
				await engine.repair({ kind: "adopt", version: 2n, note: "looked at it" });
				await engine.repair({ kind: "skip", version: 3n });
				const { migrations, findings } = await engine.status();
				assert.deepEqual(
					migrations.map(({ version, state }) => `${version} ${state}`),
					["1 applied", "2 adopted", "3 skipped", "4 applied"],
				);
				assert.deepEqual(findings, []);
				assert.deepEqual((await engine.up()).applied, []);
				assert.equal((await eventsOf(harness)).find(({ op }) => op === "adopt")?.note, "looked at it");
			},
		},
		{
			id: "engine/repair-lets-run-what-is-not-there",
			of: "Migrate.repair",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 4n]);
				await asOtherTool(harness, 4n);
				const set = reversibleSet([1n, 2n, 3n, 4n]);
				await using engine = await openWith(openEngine, harness, set, { outOfOrder: "apply" });
				await engine.repair({ kind: "skip", version: 3n });
				await engine.repair({ kind: "pending", version: 2n });
				assert.deepEqual(namesOf((await engine.up()).applied), ["2 up"]);
				await engine.repair({ kind: "pending", version: 3n });
				await rejection("ERR_REPAIR", engine.repair({ kind: "pending", version: 3n }));
				await rejection("ERR_REPAIR", engine.repair({ kind: "pending", version: 2n }));
				assert.deepEqual(namesOf((await engine.up()).applied), ["3 up"]);
				await expectState(engine, 4n, false);
				await expectObjects(harness, ["m1", "m2", "m3", "m4"]);
			},
		},
		{
			id: "engine/repair-accepts-a-changed-file",
			of: "Migrate.repair",
			async check(harness) {
				await upTo(openEngine, harness, [1n]);
				const files = migrationFiles(harness.dialect, reversibleSet([1n, 2n]));
				const source = memorySource({ ...files, [`1_${IDENTIFIER}.up.sql`]: harness.dialect.create("edited") });
				await using engine = openEngine({ source, driver: await harness.open() });
				await rejection("ERR_CHANGED", engine.up());
				await engine.repair({ kind: "accept", version: 1n });
				assert.deepEqual(namesOf((await engine.up()).applied), ["2 up"]);
			},
		},
	]);
}

function guessLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/repair-puts-a-guess-right",
			of: "Migrate.repair",
			async check(harness) {
				await asOtherTool(harness, 3n);
				const set = reversibleSet([1n, 2n, 3n]);
				await using engine = await openWith(openEngine, harness, set, { outOfOrder: "apply" });
				const states = async () =>
					(await engine.status()).migrations.map(
						({ version, state, guess }) => `${version} ${state}${guess ? "?" : ""}`,
					);
				assert.deepEqual(await states(), ["1 adopted?", "2 adopted?", "3 adopted?"]);
				// It was merged late, and the other tool has passed over it.
				await engine.repair({ kind: "pending", version: 2n });
				assert.deepEqual(namesOf((await engine.up()).applied), ["2 up"]);
				await expectObjects(harness, ["m2"]);
				await engine.repair({ kind: "adopt", version: 1n });
				assert.deepEqual(await states(), ["1 adopted", "2 applied", "3 adopted?"]);
				for (const kind of ["pending", "skip", "adopt"] as const) {
					for (const version of [1n, 2n]) await rejection("ERR_REPAIR", engine.repair({ kind, version }));
				}
				// The version row is of what is applied.
				await engine.repair({ kind: "skip", version: 3n });
				await expectState(engine, 2n, false);
				assert.deepEqual(await states(), ["1 adopted", "2 applied", "3 skipped"]);
				await asOtherTool(harness, 1n);
				assert.deepEqual(await states(), ["1 adopted?", "2 pending?", "3 skipped?"]);
				await engine.repair({ kind: "adopt", version: 2n });
				await expectState(engine, 2n, false);
				await engine.repair({ kind: "pending", version: 1n });
				assert.deepEqual(await states(), ["1 out-of-order", "2 adopted", "3 skipped?"]);
			},
		},
		{
			id: "engine/repair-refuses-what-does-not-fit",
			of: "ErrorDetails.ERR_REPAIR",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n]);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n]));
				const before = await eventsOf(harness);
				for (const cure of [
					{ kind: "adopt", version: 1n },
					{ kind: "adopt", version: 3n },
					{ kind: "skip", version: 2n },
					{ kind: "skip", version: 9n },
					{ kind: "accept", version: 3n },
					{ kind: "dirty", ended: "applied" },
				] as const) {
					await rejection("ERR_REPAIR", engine.repair(cure));
				}
				assert.deepEqual(await eventsOf(harness), before);
				await expectState(engine, 2n, false);
			},
		},
	]);
}
