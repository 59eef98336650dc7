import assert from "node:assert/strict";
import { type Finding, memorySource, NIL_VERSION, type Version } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { expectObjects, rejection } from "../expectations.ts";
import { lawsOfOne } from "../law.ts";
import { expectState, namesOf, type OpenEngine, openWith } from "./model/engine.ts";
import { eventsOf, type HistoryLaws, listening, upTo, written } from "./model/engine-history.ts";
import { IDENTIFIER, migrationFiles, reversibleSet } from "./model/migration-set.ts";

/** What stops a way up, unless somebody says otherwise. */
export function policyLaws(openEngine: OpenEngine): HistoryLaws {
	return [outOfOrderLaws, skippedLaws, planLaws, changedFileLaws, missingFileLaws].flatMap((laws) => laws(openEngine));
}

function outOfOrderLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/refuses-out-of-order",
			of: "ErrorDetails.ERR_OUT_OF_ORDER",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n, 4n]));
				for (const goingUp of [
					() => engine.up(),
					() => engine.steps(1),
					() => engine.migrate(4n),
					() => engine.migrate(2n),
				]) {
					const { details } = await rejection("ERR_OUT_OF_ORDER", goingUp());
					assert.deepEqual(details.versions, [2n]);
				}
				assert.deepEqual((await engine.steps(0)).applied, []);
				await expectObjects(harness, ["m1", "m3"]);
				await expectState(engine, 3n, false);
				// Reverting does not pass it.
				assert.deepEqual(namesOf((await engine.migrate(1n)).applied), ["3 down"]);
				assert.deepEqual(namesOf((await engine.up()).applied), ["2 up", "3 up", "4 up"]);
			},
		},
		{
			id: "engine/skips-out-of-order",
			of: "Policies.outOfOrder",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				const { engine, findings } = await listening(openEngine, harness, [1n, 2n, 3n, 4n], { outOfOrder: "skip" });
				await using _ = engine;
				assert.deepEqual(namesOf((await engine.up()).applied), ["4 up"]);
				assert.deepEqual(
					findings.map(({ kind, level, versions }) => ({ kind, level, versions })),
					[{ kind: "out-of-order", level: "warning", versions: [2n] }],
				);
				assert.deepEqual(namesOf((await engine.down()).applied), ["4 down", "3 down", "1 down"]);
			},
		},
		{
			id: "engine/applies-out-of-order",
			of: "Policies.outOfOrder",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				const set = reversibleSet([1n, 2n, 3n, 4n]);
				await using engine = await openWith(openEngine, harness, set, { outOfOrder: "apply" });
				assert.deepEqual(namesOf((await engine.up()).applied), ["2 up", "4 up"]);
				await expectObjects(harness, ["m1", "m2", "m3", "m4"]);
				assert.deepEqual((await eventsOf(harness)).map(written).slice(2), ["up 2 to 3", "up 4 to 4"]);
				assert.deepEqual(namesOf((await engine.down()).applied), ["4 down", "3 down", "2 down", "1 down"]);
			},
		},
	]);
}

function skippedLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/never-reverts-what-is-skipped",
			of: "Migrate.repair",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n, 4n]));
				await engine.repair({ kind: "skip", version: 2n });
				assert.deepEqual(namesOf((await engine.up()).applied), ["4 up"]);
				for (const [goal, steps] of [
					[{ kind: "down" }, ["4 down to 3", "3 down to 1", "1 down to -1"]],
					[{ kind: "redo", limit: 2 }, ["4 down to 3", "3 down to 1", "3 up to 3", "4 up to 4"]],
					[{ kind: "version", version: 1n }, ["4 down to 3", "3 down to 1"]],
				] as const) {
					const { migrations } = await engine.plan(goal);
					const names = migrations.map(({ version, direction, target }) => `${version} ${direction} to ${target}`);
					assert.deepEqual(names, steps);
				}
				assert.deepEqual(namesOf((await engine.redo(2)).applied), ["4 down", "3 down", "3 up", "4 up"]);
				await rejection("ERR_VERSION_NOT_FOUND", engine.migrate(2n));
				assert.deepEqual(namesOf((await engine.steps(-2)).applied), ["4 down", "3 down"]);
				// Never a skipped one, which golang-migrate would revert next.
				await expectState(engine, 1n, false);
				assert.deepEqual(namesOf((await engine.up()).applied), ["3 up", "4 up"]);
				assert.deepEqual(namesOf((await engine.down()).applied), ["4 down", "3 down", "1 down"]);
				await expectState(engine, NIL_VERSION, false);
			},
		},
	]);
}

function planLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/plan-tells-what-would-run",
			of: "Migrate.plan",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				const set = reversibleSet([1n, 2n, 3n, 4n]);
				await using engine = await openWith(openEngine, harness, set, { outOfOrder: "apply" });
				const before = await harness.fingerprint?.();
				const states = (await engine.pending()).map(({ version, state }) => `${version} ${state}`);
				assert.deepEqual(states, ["2 out-of-order", "4 pending"]);
				for (const [goal, steps] of [
					[{ kind: "up" }, ["2 up to 3", "4 up to 4"]],
					[{ kind: "up", limit: 1 }, ["2 up to 3"]],
					[{ kind: "down", limit: 1 }, ["3 down to 1"]],
					[{ kind: "redo", limit: 1 }, ["3 down to 1", "3 up to 3"]],
					[{ kind: "version", version: 2n }, ["3 down to 1", "2 up to 2"]],
				] as const) {
					const { from, migrations, missingSteps } = await engine.plan(goal);
					const names = migrations.map(({ version, direction, target }) => `${version} ${direction} to ${target}`);
					assert.deepEqual({ from, names, missingSteps }, { from: 3n, names: steps, missingSteps: 0 });
				}
				assert.equal((await engine.plan({ kind: "down", limit: 5 })).missingSteps, 3);
				assert.equal(await harness.fingerprint?.(), before, "a plan writes nothing");
				await using strict = await openWith(openEngine, harness, set);
				await rejection("ERR_OUT_OF_ORDER", strict.plan({ kind: "up" }));
				await strict.force(4n);
				assert.deepEqual((await strict.plan({ kind: "up" })).migrations, []);
			},
		},
	]);
}

function changedFileLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/refuses-changed-files",
			of: "ErrorDetails.ERR_CHANGED",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n]);
				const edited = (versions: readonly Version[]): Record<string, string> => {
					const files = migrationFiles(harness.dialect, reversibleSet(versions));
					return { ...files, [`2_${IDENTIFIER}.up.sql`]: harness.dialect.create("edited") };
				};
				await using idle = openEngine({ source: memorySource(edited([1n, 2n])), driver: await harness.open() });
				assert.deepEqual((await idle.up()).applied, []);
				const source = memorySource(edited([1n, 2n, 3n]));
				await using strict = openEngine({ source, driver: await harness.open() });
				const { details, message } = await rejection("ERR_CHANGED", strict.up());
				assert.deepEqual(details.versions, [2n]);
				assert.match(message, /2_m\.up\.sql/);
				await expectObjects(harness, ["m1", "m2"]);
				const findings: Finding[] = [];
				await using mild = openEngine({
					source,
					driver: await harness.open(),
					changed: "warn",
					onEvent: (event) => void (event.type === "finding" && findings.push(event.finding)),
				});
				assert.deepEqual(namesOf((await mild.up()).applied), ["3 up"]);
				assert.deepEqual(
					findings.map(({ kind }) => kind),
					["changed"],
				);
			},
		},
		{
			id: "engine/takes-other-line-ends-for-the-same-file",
			of: "ErrorDetails.ERR_CHANGED",
			async check(harness) {
				await upTo(openEngine, harness, [1n]);
				const files = migrationFiles(harness.dialect, reversibleSet([1n, 2n]));
				const checkedOut = Object.entries(files).map(([name, text]) => [name, `${text.replaceAll("\n", "\r\n")}\r\n`]);
				const source = memorySource(Object.fromEntries(checkedOut));
				await using engine = openEngine({ source, driver: await harness.open() });
				assert.deepEqual(namesOf((await engine.up()).applied), ["2 up"]);
			},
		},
		{
			id: "engine/takes-other-comments-for-the-same-file",
			of: "DriverHistory.meaning",
			async check(harness) {
				await using driver = await harness.open();
				if (driver.history?.meaning === undefined) return;
				await upTo(openEngine, harness, [1n]);
				const files = migrationFiles(harness.dialect, reversibleSet([1n, 2n]));
				const name = `1_${IDENTIFIER}.up.sql`;
				const source = memorySource({ ...files, [name]: `${harness.dialect.comment("explained")}\n${files[name]}\n` });
				await using engine = openEngine({ source, driver: await harness.open() });
				assert.equal((await engine.status()).migrations[0]?.state, "reformatted");
				assert.deepEqual(namesOf((await engine.up()).applied), ["2 up"]);
			},
		},
	]);
}

function missingFileLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/refuses-a-newer-database",
			of: "ErrorDetails.ERR_DATABASE_NEWER",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n, 3n]);
				await using strict = await openWith(openEngine, harness, reversibleSet([1n, 2n]));
				for (const going of [() => strict.up(), () => strict.down(), () => strict.migrate(1n)]) {
					const { details } = await rejection("ERR_DATABASE_NEWER", going());
					assert.deepEqual(details, { version: 3n, newest: 2n });
				}
				const { engine, findings } = await listening(openEngine, harness, [1n, 2n], { newer: "allow" });
				await using _ = engine;
				assert.deepEqual((await engine.up()).applied, []);
				assert.deepEqual(
					findings.map(({ kind }) => kind),
					["newer"],
				);
				await rejection("ERR_DATABASE_NEWER", engine.down());
				await expectState(engine, 3n, false);
			},
		},
		{
			id: "engine/tells-of-missing-files",
			of: "Finding",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n, 3n]);
				const { engine, findings } = await listening(openEngine, harness, [1n, 3n], {});
				await using _ = engine;
				assert.deepEqual((await engine.up()).applied, []);
				assert.deepEqual(
					findings.map(({ kind, versions }) => ({ kind, versions })),
					[{ kind: "missing", versions: [2n] }],
				);
				const { details } = await rejection("ERR_IRREVERSIBLE", engine.down());
				assert.equal(details.version, 2n);
				await expectObjects(harness, ["m1", "m2", "m3"]);
			},
		},
	]);
}
