import assert from "node:assert/strict";
import { memorySource, NIL_VERSION, textBody } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { expectObjects, rejection } from "../expectations.ts";
import { lawsOfOne } from "../law.ts";
import { expectState, namesOf, type OpenEngine, openWith } from "./model/engine.ts";
import { asOtherTool, eventsOf, type HistoryLaws, upTo } from "./model/engine-history.ts";
import { failing, IDENTIFIER, migrationFiles, reversibleSet } from "./model/migration-set.ts";

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

function cureLaws(openEngine: OpenEngine): HistoryLaws {
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

function dirtyCureLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/repair-says-how-a-dirty-one-ended",
			of: "Migrate.repair",
			requires: ["no-transaction"],
			async check(harness) {
				const set = reversibleSet([1n, 2n, 3n]).map((migration) => ({ ...migration, noTransaction: true }));
				await using engine = await openWith(openEngine, harness, failing(failing(set, 2n, "up"), 1n, "down"));
				await rejection("ERR_MIGRATION_FAILED", engine.up());
				await rejection("ERR_DIRTY", engine.repair({ kind: "skip", version: 3n }));
				await engine.repair({ kind: "dirty", ended: "reverted" });
				await expectState(engine, 1n, false);
				await rejection("ERR_MIGRATION_FAILED", engine.up());
				await engine.repair({ kind: "dirty", ended: "applied" });
				await expectState(engine, 2n, false);
				await harness.open().then(async (driver) => {
					await driver.run(textBody(harness.dialect.create("m2")));
					await driver.close();
				});
				assert.deepEqual(namesOf((await engine.up()).applied), ["3 up"]);
				await rejection("ERR_MIGRATION_FAILED", engine.down());
				await expectState(engine, NIL_VERSION, true);
				await engine.repair({ kind: "dirty", ended: "applied" });
				await expectState(engine, 1n, false);
				assert.deepEqual(
					(await engine.status()).migrations.map(({ version, state }) => `${version} ${state}`),
					["1 applied", "2 pending", "3 pending"],
				);
			},
		},
		{
			id: "engine/dirty-names-what-is-half-done",
			of: "ErrorDetails.ERR_DIRTY",
			requires: ["no-transaction"],
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				const set = reversibleSet([1n, 2n, 3n]).map((migration) => ({ ...migration, noTransaction: true }));
				const broken = failing(failing(set, 2n, "up"), 3n, "down");
				await using engine = await openWith(openEngine, harness, broken, { outOfOrder: "apply" });
				for (const [going, version, row, states] of [
					[() => engine.up(), 2n, 3n, ["1 applied", "2 dirty", "3 applied"]],
					[() => engine.down(), 3n, 1n, ["1 applied", "2 pending", "3 dirty"]],
				] as const) {
					const { message } = await rejection("ERR_MIGRATION_FAILED", going());
					assert.match(message, /repair -dirty/);
					// The row tells another version.
					await expectState(engine, row, true);
					const { details } = await rejection("ERR_DIRTY", engine.up());
					assert.equal(details.version, version);
					const { migrations, findings } = await engine.status();
					assert.deepEqual(
						migrations.map((migration) => `${migration.version} ${migration.state}`.replace("reformatted", "applied")),
						states,
					);
					assert.deepEqual(findings.find(({ kind }) => kind === "dirty")?.versions, [version]);
					await engine.repair({ kind: "dirty", ended: "reverted" });
				}
			},
		},
		{
			id: "engine/repair-settles-what-another-tool-left-dirty",
			of: "Migrate.repair",
			requires: ["no-transaction"],
			async check(harness) {
				const set = reversibleSet([1n, 2n, 3n, 5n]).map((one) => ({ ...one, noTransaction: one.version === 5n }));
				{
					await using engine = await openWith(openEngine, harness, failing(set, 5n, "up"));
					await rejection("ERR_MIGRATION_FAILED", engine.up());
				}
				await asOtherTool(harness, 3n);
				await asOtherTool(harness, 4n, { dirty: true });
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n, 4n, 5n]));
				const states = async () =>
					(await engine.status()).migrations.map(({ version, state }) => `${version} ${state}`);
				assert.deepEqual(await states(), ["1 applied", "2 applied", "3 applied", "4 dirty", "5 unknown"]);
				await engine.repair({ kind: "dirty", ended: "applied" });
				await expectState(engine, 4n, false);
				assert.deepEqual(await states(), ["1 applied", "2 applied", "3 applied", "4 applied", "5 unknown"]);
			},
		},
		{
			id: "engine/repair-settles-what-another-tool-left-before-the-first",
			of: "Migrate.repair",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n]);
				for (const [ended, version, states] of [
					["applied", 1n, ["1 applied", "2 pending"]],
					["reverted", NIL_VERSION, ["1 pending", "2 pending"]],
				] as const) {
					// It says so while it reverts the first one.
					await asOtherTool(harness, NIL_VERSION, { dirty: true });
					await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]));
					await engine.repair({ kind: "dirty", ended });
					await expectState(engine, version, false);
					const { migrations } = await engine.status();
					assert.deepEqual(
						migrations.map((migration) => `${migration.version} ${migration.state}`),
						states,
					);
				}
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
