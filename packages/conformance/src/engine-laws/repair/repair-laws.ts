import assert from "node:assert/strict";
import { memorySource, NIL_VERSION, textBody } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../../driver-laws/driver-harness.ts";
import { expectObjects, rejection } from "../../expectations.ts";
import { lawsOfOne } from "../../law.ts";
import { expectState, namesOf, type OpenEngine, openWith } from "../model/engine.ts";
import { asOtherTool, type HistoryLaws, upTo } from "../model/engine-history.ts";
import { IDENTIFIER, migrationFiles, reversibleSet } from "../model/migration-set.ts";
import { cureLaws } from "./cure-laws.ts";
import { dirtyCureLaws } from "./dirty-cure-laws.ts";

/** What a status tells, and how somebody puts right what it tells. */
export function repairLaws(openEngine: OpenEngine): HistoryLaws {
	return [statusLaws, cureLaws, dirtyCureLaws, baselineLaws, redoLaws].flatMap((laws) => laws(openEngine));
}

function statusLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/status-tells-the-state-of-each",
			of: "Migrate.status",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n, 4n, 5n, 9n]);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 3n, 4n, 5n, 9n, 10n]));
				await engine.repair({ kind: "skip", version: 3n });
				const before = await harness.fingerprint?.();
				const files = migrationFiles(harness.dialect, reversibleSet([1n, 3n, 4n, 5n, 7n, 10n]));
				const edited = {
					...files,
					[`4_${IDENTIFIER}.up.sql`]: harness.dialect.create("edited"),
					[`10_${IDENTIFIER}.up.sql`]: harness.dialect.failing,
				};
				await using other = openEngine({ source: memorySource(edited), driver: await harness.open() });
				const { version, dirty, history, migrations } = await other.status();
				assert.deepEqual({ version, dirty, history }, { version: 9n, dirty: false, history: "kept" });
				assert.deepEqual(
					migrations.map((migration) => `${migration.version} ${migration.state}`),
					[
						"1 applied",
						"2 missing",
						"3 skipped",
						"4 changed",
						"5 applied",
						"7 out-of-order",
						"9 missing",
						"10 pending",
					],
				);
				assert.equal(await harness.fingerprint?.(), before, "a status writes nothing");
			},
		},
		{
			id: "engine/status-tells-what-another-tool-did",
			of: "Migrate.status",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				await asOtherTool(harness, 4n);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n, 4n, 5n]));
				const { migrations, findings } = await engine.status();
				assert.deepEqual(
					migrations.map((migration) => `${migration.version} ${migration.state}${migration.guess ? "?" : ""}`),
					["1 applied?", "2 unknown", "3 applied?", "4 adopted?", "5 pending"],
				);
				assert.deepEqual(findings.map(({ kind }) => kind).toSorted(), ["adopted", "unknown"]);
			},
		},
	]);
}

function baselineLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/baseline-compares-first",
			of: "Migrate.baseline",
			requires: ["structure", "scratch"],
			async check(harness) {
				await using driver = await harness.open();
				await driver.run(textBody(harness.dialect.create("m1")));
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n]));
				const { details } = await rejection("ERR_BASELINE", engine.baseline(2n));
				assert.ok(details.missing.length > 0);
				assert.deepEqual(details.extra, []);
				await expectState(engine, NIL_VERSION, false);
				await driver.run(textBody(harness.dialect.create("m2")));
				await rejection("ERR_BASELINE", engine.baseline(1n));
				await rejection("ERR_VERSION_NOT_FOUND", engine.baseline(7n));
				await engine.baseline(2n);
				assert.deepEqual(
					(await engine.status()).migrations.map(({ version, state }) => `${version} ${state}`),
					["1 baseline", "2 baseline", "3 pending"],
				);
				await rejection("ERR_REPAIR", engine.baseline(2n));
				assert.deepEqual(namesOf((await engine.up()).applied), ["3 up"]);
				await expectObjects(harness, ["m1", "m2", "m3"]);
			},
		},
		{
			id: "engine/baseline-can-be-forced",
			of: "BaselineOptions.force",
			async check(harness) {
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]));
				await engine.baseline(1n, { force: true });
				await expectState(engine, 1n, false);
				assert.deepEqual(namesOf((await engine.up()).applied), ["2 up"]);
				await expectObjects(harness, ["m2"]);
			},
		},
	]);
}

function redoLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/redo-is-down-and-up",
			of: "Migrate.redo",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n, 3n]);
				const files = migrationFiles(harness.dialect, reversibleSet([1n, 2n, 3n]));
				const source = memorySource({ ...files, [`3_${IDENTIFIER}.up.sql`]: harness.dialect.create("edited") });
				await using engine = openEngine({ source, driver: await harness.open() });
				assert.deepEqual(namesOf((await engine.redo(2)).applied), ["3 down", "2 down", "2 up", "3 up"]);
				await expectObjects(harness, ["m1", "m2", "edited"]);
				await expectState(engine, 3n, false);
				assert.deepEqual((await engine.status()).findings, []);
			},
		},
	]);
}
