import assert from "node:assert/strict";
import { type Driver, memorySource, NIL_VERSION } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { rejection } from "../expectations.ts";
import { lawsOfOne } from "../law.ts";
import { type OpenEngine, openWith } from "./model/engine.ts";
import { eventsOf, type HistoryLaws, written } from "./model/engine-history.ts";
import { failing, IDENTIFIER, migrationFiles, reversibleSet } from "./model/migration-set.ts";

/** What goes into the history. */
export function eventLaws(openEngine: OpenEngine): HistoryLaws {
	return [recordLaws, outcomeLaws].flatMap((laws) => laws(openEngine));
}

function recordLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/records-each-migration",
			of: "HistoryEvent",
			async check(harness) {
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]));
				await engine.up();
				await engine.steps(-1);
				const events = await eventsOf(harness);
				assert.deepEqual(events.map(written), ["up 1 to 1", "up 2 to 2", "down 2 to 1"]);
				for (const event of events) {
					assert.equal(event.title, IDENTIFIER);
					assert.match(event.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
					assert.ok((event.durationMs ?? -1) >= 0);
				}
				const [, up, down] = events;
				assert.match(up?.checksum ?? "", /^t1:[0-9a-f]{64}/);
				assert.match(up?.downChecksum ?? "", /^t1:[0-9a-f]{64}/);
				assert.equal(down?.downChecksum, up?.downChecksum);
			},
		},
		{
			id: "engine/records-texts",
			of: "HistoryEvent.upText",
			async check(harness) {
				const files = migrationFiles(harness.dialect, reversibleSet([1n]));
				await using engine = await openWith(openEngine, harness, reversibleSet([1n]));
				await engine.up();
				await using driver = await harness.open();
				const [event] = (await driver.history?.read())?.events ?? [];
				const texts = await driver.history?.texts(event?.id ?? 0);
				const kept = Object.values(files).filter((text) => driver.history?.keepsText(text));
				const stored = [texts?.up, texts?.down].filter((text) => text !== undefined);
				assert.deepEqual(stored.toSorted(), kept.toSorted());
			},
		},
		{
			id: "engine/records-no-text-that-must-not-be-stored",
			of: "DriverHistory.keepsText",
			async check(harness) {
				const { noStore } = harness.dialect;
				if (noStore === undefined) return;
				const files = migrationFiles(harness.dialect, reversibleSet([1n]));
				const marked = Object.entries(files).map(([name, text]) => [name, noStore(text)]);
				const source = memorySource(Object.fromEntries(marked));
				await using engine = openEngine({ source, driver: await harness.open() });
				await engine.up();
				await using driver = await harness.open();
				const [event] = (await driver.history?.read())?.events ?? [];
				assert.match(event?.checksum ?? "", /^t1:/);
				assert.match(event?.downChecksum ?? "", /^t1:/);
				const { up, down } = (await driver.history?.texts(event?.id ?? 0)) ?? {};
				assert.deepEqual({ up, down }, { up: undefined, down: undefined });
			},
		},
		{
			id: "engine/idle-start-reads-no-events",
			of: "Migrate.up",
			async check(harness) {
				const set = reversibleSet([1n, 2n, 3n]);
				await using engine = await openWith(openEngine, harness, set);
				await engine.up();
				await engine.steps(-2);
				await engine.up();
				await using driver = await harness.open();
				const watched = countingReads(driver);
				const source = memorySource(migrationFiles(harness.dialect, set));
				const idle = openEngine({ source, driver: watched.driver });
				assert.deepEqual((await idle.up()).applied, []);
				assert.equal(watched.reads, 0);
			},
		},
	]);
}

/** A driver that counts how often its history is read. */
function countingReads(driver: Driver): { readonly driver: Driver; readonly reads: number } {
	const { history } = driver;
	assert.ok(history !== undefined);
	let reads = 0;
	const read: typeof history.read = (options) => {
		reads++;
		return history.read(options);
	};
	return {
		driver: Object.create(driver, { history: { value: { ...history, read } } }),
		get reads() {
			return reads;
		},
	};
}

function outcomeLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/records-what-began",
			of: "HistoryEvent",
			requires: ["no-transaction"],
			async check(harness) {
				const set = reversibleSet([1n]).map((migration) => ({ ...migration, noTransaction: true }));
				{
					await using engine = await openWith(openEngine, harness, failing(set, 1n, "up"));
					await rejection("ERR_MIGRATION_FAILED", engine.up());
					await engine.force(NIL_VERSION);
				}
				await using engine = await openWith(openEngine, harness, set);
				await engine.up();
				const events = (await eventsOf(harness)).map(written);
				assert.deepEqual(events, ["start 1 to 1", "force -1 to -1", "start 1 to 1", "up 1 to 1"]);
			},
		},
		{
			id: "engine/records-nothing-of-what-was-rolled-back",
			of: "HistoryEvent",
			requires: ["apply"],
			async check(harness) {
				await using engine = await openWith(openEngine, harness, failing(reversibleSet([1n, 2n]), 2n, "up"));
				await rejection("ERR_MIGRATION_FAILED", engine.up());
				assert.deepEqual((await eventsOf(harness)).map(written), ["up 1 to 1"]);
			},
		},
		{
			id: "engine/records-a-transaction-of-all",
			of: "MigrateOptions.transaction",
			requires: ["transaction"],
			async check(harness) {
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]), { transaction: "all" });
				await engine.up();
				assert.deepEqual((await eventsOf(harness)).map(written), ["up 1 to 1", "up 2 to 2"]);
			},
		},
	]);
}
