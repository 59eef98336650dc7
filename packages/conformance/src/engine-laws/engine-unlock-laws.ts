import assert from "node:assert/strict";
import type { MigrateEvent } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { blockUnlock } from "../driver-laws/failed-unlock-laws.ts";
import { expectObjects } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import { type Engine, expectState, namesOf, type OpenEngine, sourceOfSet } from "./model/engine.ts";
import { reversibleSet } from "./model/migration-set.ts";

const REQUIRES = ["cross-instance-lock", "failed-unlock"] as const;

/** What `Migrate` promises when all is done and the lock cannot be given back. */
export function engineUnlockLaws(openEngine: OpenEngine): readonly Law<DriverHarness, DriverCapability>[] {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/failed-unlock-keeps-the-report",
			of: "Migrate.up",
			requires: REQUIRES,
			async check(harness) {
				const heard: string[] = [];
				await using subject = await blockedAtTheEnd(openEngine, harness, ({ type }) => void heard.push(type));
				const { to, applied } = await subject.engine.up();
				assert.deepEqual({ to, applied: namesOf(applied) }, { to: 2n, applied: ["1 up", "2 up"] });
				assert.equal(heard.at(-1), "unlock-failed");
				await expectMadeGood(subject, harness);
			},
		},
		{
			id: "engine/on-event-may-throw-at-a-failed-unlock",
			of: "MigrateOptions.onEvent",
			requires: REQUIRES,
			async check(harness) {
				const failure = new Error("thrown at unlock-failed");
				await using subject = await blockedAtTheEnd(openEngine, harness, ({ type }) => {
					if (type === "unlock-failed") throw failure;
				});
				await assert.rejects(subject.engine.up(), (error) => error === failure);
				await expectMadeGood(subject, harness);
			},
		},
	]);
}

interface Blocked extends AsyncDisposable {
	readonly engine: Engine;
	unblock(): Promise<void>;
}

/** Its lock cannot be given back once the second of two migrations has run. */
async function blockedAtTheEnd(
	openEngine: OpenEngine,
	harness: DriverHarness,
	onEvent: (event: MigrateEvent) => void,
): Promise<Blocked> {
	let unblock: (() => Promise<void>) | undefined;
	const engine = openEngine({
		source: sourceOfSet(harness.dialect, reversibleSet([1n, 2n])),
		driver: await harness.open(),
		onEvent,
		async around({ version }, run) {
			await run();
			if (version === 2n) unblock = await blockUnlock(harness);
		},
	});
	return {
		engine,
		async unblock() {
			await unblock?.();
		},
		[Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
	};
}

/** The next call gives the lock back, and what was done stays done. */
async function expectMadeGood({ engine, unblock }: Blocked, harness: DriverHarness): Promise<void> {
	await unblock();
	await expectState(engine, 2n, false);
	await expectObjects(harness, ["m1", "m2"]);
	await using other = await harness.open();
	await other.lock({ timeoutMs: 0 });
	await other.unlock();
}
