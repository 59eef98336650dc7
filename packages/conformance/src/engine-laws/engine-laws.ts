import assert from "node:assert/strict";
import { NIL_VERSION } from "@godwit/core";
import fc from "fast-check";
import { anyVersion } from "../any-version.ts";
import { type DriverCapability, type DriverHarness, driverCapabilities } from "../driver-laws/driver-harness.ts";
import { expectObjects, rejection } from "../expectations.ts";
import { type Law, type LawSet, lawsOfOne } from "../law.ts";
import { engineAroundLaws } from "./engine-around-laws.ts";
import { engineBodyLaws } from "./engine-body-laws.ts";
import { engineDirtyLaws } from "./engine-dirty-laws.ts";
import { engineFailureLaws } from "./engine-failure-laws.ts";
import { engineHistoryLaws } from "./engine-history-laws.ts";
import { engineIrreversibleLaws } from "./engine-irreversible-laws.ts";
import { engineListenerLaws } from "./engine-listener-laws.ts";
import { engineReportLaws } from "./engine-report-laws.ts";
import { engineUnlockLaws } from "./engine-unlock-laws.ts";
import { expectState, namesOf, type OpenEngine, openMigrate, openWith } from "./model/engine.ts";
import { engineModelLaw } from "./model/engine-model.ts";
import { failing, objectOf, reversibleSet } from "./model/migration-set.ts";

/** Longer than any law waits for a lock that it gets. */
const LONG_MS = 30_000;

type EngineLaws = readonly Law<DriverHarness, DriverCapability>[];

/** What `Migrate` promises, with the driver under test below it. */
export const engineLaws: LawSet<DriverHarness, DriverCapability> = engineLawsOf(openMigrate);

/** The same of any engine. */
export function engineLawsOf(openEngine: OpenEngine): LawSet<DriverHarness, DriverCapability> {
	return {
		capabilities: driverCapabilities,
		laws: [
			...movementLaws(openEngine),
			...engineFailureLaws(openEngine),
			...engineBodyLaws(openEngine),
			...engineDirtyLaws(openEngine),
			...engineIrreversibleLaws(openEngine),
			...engineReportLaws(openEngine),
			...engineListenerLaws(openEngine),
			...engineAroundLaws(openEngine),
			...engineUnlockLaws(openEngine),
			...lockingLaws(openEngine),
			...engineHistoryLaws(openEngine),
			engineModelLaw(openEngine, { apply: true }),
			engineModelLaw(openEngine, { apply: false }),
		],
	};
}

function movementLaws(openEngine: OpenEngine): EngineLaws {
	return [
		{
			id: "engine/up-then-down-is-identity",
			of: "Migrate.down",
			async check(create, { seed, numRuns }) {
				const anyVersions = fc.uniqueArray(anyVersion, { maxLength: 4, minLength: 1 });
				const identity = fc.asyncProperty(anyVersions, async (versions) => {
					const set = reversibleSet(versions);
					await using harness = await create();
					await using engine = await openWith(openEngine, harness, set);
					await engine.up();
					await expectObjects(harness, versions.map(objectOf));
					await expectState(engine, set.at(-1)?.version ?? NIL_VERSION, false);
					await engine.down();
					await expectObjects(harness, []);
					await expectState(engine, NIL_VERSION, false);
				});
				await fc.assert(identity, { seed, numRuns });
			},
		},
		...lawsOfOne<DriverHarness, DriverCapability>([
			{
				id: "engine/steps-add-up",
				of: "Migrate.steps",
				async check(harness, { seed, numRuns }) {
					await using engine = await openWith(openEngine, harness, reversibleSet([1n, 3n, 4n]));
					const anySteps = fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.constantFrom(1, -1));
					const addUp = fc.asyncProperty(anySteps, async ([a, b, sign]) => {
						const start = (): Promise<unknown> => (sign < 0 ? engine.up() : engine.down());
						await start();
						const first = await engine.steps(sign * a);
						const second = await engine.steps(sign * b);
						const [state, objects] = [await engine.version(), await harness.objects()];
						await start();
						const both = await engine.steps(sign * (a + b));
						assert.deepEqual(namesOf([...first.applied, ...second.applied]), namesOf(both.applied));
						assert.equal(first.missingSteps + second.missingSteps, both.missingSteps);
						await expectState(engine, state.version, state.dirty);
						await expectObjects(harness, objects);
					});
					await fc.assert(addUp, { seed, numRuns });
				},
			},
			{
				id: "engine/drop-starts-over",
				of: "Migrate.drop",
				async check(harness) {
					await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]));
					await engine.up();
					await engine.drop();
					await expectObjects(harness, []);
					const { applied } = await engine.up();
					assert.deepEqual(namesOf(applied), ["1 up", "2 up"]);
					await expectObjects(harness, ["m1", "m2"]);
				},
			},
			{
				id: "engine/signal-stops-between-migrations",
				of: "MigrateOptions.signal",
				async check(harness) {
					const controller = new AbortController();
					await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n]), {
						signal: controller.signal,
						onEvent(event) {
							if (event.type === "start" && event.index === 1) controller.abort();
						},
					});
					const { applied, to, stopped } = await engine.up();
					assert.deepEqual(namesOf(applied), ["1 up", "2 up"]);
					assert.deepEqual({ to, stopped }, { to: 2n, stopped: true });
					await expectObjects(harness, ["m1", "m2"]);
					await expectState(engine, 2n, false);
				},
			},
		]),
	];
}

function lockingLaws(openEngine: OpenEngine): EngineLaws {
	const set = reversibleSet([1n, 2n, 3n]);

	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/up-to-date-takes-no-lock",
			of: "Migrate.up",
			requires: ["cross-instance-lock"],
			async check(harness) {
				await using engine = await openWith(openEngine, harness, set, { lockTimeoutMs: 0 });
				await engine.up();
				await using holder = await harness.open();
				await holder.lock();
				const before = await harness.fingerprint?.();
				const { from, to, applied } = await engine.up();
				assert.deepEqual({ from, to, applied }, { from: 3n, to: 3n, applied: [] });
				assert.equal(await harness.fingerprint?.(), before, "nothing is written when there is nothing to do");
				await rejection("ERR_LOCK_TIMEOUT", engine.down());
				await holder.unlock();
			},
		},
		{
			id: "engine/gives-the-lock-back",
			of: "Migrate",
			requires: ["cross-instance-lock"],
			async check(harness) {
				await using engine = await openWith(openEngine, harness, failing(set, 3n, "up"));
				await using other = await harness.open();
				const isFree = async (): Promise<void> => {
					await other.lock({ timeoutMs: 0 });
					await other.unlock();
				};
				await engine.steps(1);
				await isFree();
				await rejection("ERR_MIGRATION_FAILED", engine.up());
				await isFree();
				await engine.force(2n);
				await isFree();
				await engine.drop();
				await isFree();
			},
		},
		{
			id: "engine/two-at-once-apply-each-once",
			of: "Migrate.up",
			requires: ["cross-instance-lock"],
			async check(harness) {
				await using one = await openWith(openEngine, harness, set, { lockTimeoutMs: LONG_MS });
				await using two = await openWith(openEngine, harness, set, { lockTimeoutMs: LONG_MS });
				const reports = await Promise.all([one.up(), two.up()]);
				// Whoever came second planned before the first was done, and has to have planned again.
				const told = reports.map(({ from, to, applied }) => `${from} to ${to}: ${namesOf(applied).join(", ")}`);
				assert.deepEqual(told.sort(), ["-1 to 3: 1 up, 2 up, 3 up", "3 to 3: "]);
				await expectObjects(harness, ["m1", "m2", "m3"]);
				await expectState(two, 3n, false);
			},
		},
	]);
}
