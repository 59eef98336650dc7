import assert from "node:assert/strict";
import {
	type Driver,
	type DriverHistory,
	type HistoryEvent,
	NIL_VERSION,
	type RecordedEvent,
	textBody,
	type Version,
} from "@godwit/core";
import { rejection } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import type { DriverCapability, DriverHarness } from "./driver-harness.ts";

/** What the optional `history` promises. */
export const historyLaws: readonly Law<DriverHarness, DriverCapability>[] = lawsOfOne<DriverHarness, DriverCapability>([
	{
		id: "history/keeps-events-in-order",
		of: "DriverHistory.read",
		requires: ["history"],
		async check(harness) {
			await using driver = await harness.open();
			const history = historyOf(driver);
			assert.deepEqual((await history.read()).events, []);
			const whole: HistoryEvent = {
				...event("up", 2n),
				direction: "up",
				title: "it's a\ttitle",
				checksum: `t1:${"a".repeat(64)}`,
				downChecksum: `t1:${"b".repeat(64)}`,
				note: "größe 🐦",
				durationMs: 1.5,
				digest: "1:00",
			};
			await driver.setVersion({ version: 2n, dirty: false, events: () => [event("adopt", 1n), whole] });
			await driver.setVersion({ version: NIL_VERSION, dirty: true, events: () => [event("start", 2n)] });
			await driver.setVersion({ version: NIL_VERSION, dirty: false, events: () => [event("down", 2n)] });
			const { events, ...found } = await history.read();
			assert.deepEqual(
				events.map(({ op }) => op),
				["adopt", "up", "start", "down"],
			);
			assert.deepEqual(
				events.map(({ id }) => id).toSorted((a, b) => a - b),
				events.map(({ id }) => id),
				"ids ascend",
			);
			for (const [name, value] of Object.entries(whole)) {
				assert.equal(events[1]?.[name as keyof RecordedEvent], value, name);
			}
			assert.deepEqual({ version: found.version, dirty: found.dirty }, { version: NIL_VERSION, dirty: false });
		},
	},
	{
		id: "history/stamps-the-version",
		of: "HistoryHead",
		requires: ["history"],
		async check(harness) {
			await using driver = await harness.open();
			await driver.setVersion({ version: 1n, dirty: false, events: () => [event("up", 1n)] });
			await expectTrusted(driver, true);
			await driver.setVersion({ version: 1n, dirty: false });
			await expectTrusted(driver, false);
			await driver.setVersion({ version: 1n, dirty: false, events: () => [event("adopt", 1n)] });
			await expectTrusted(driver, true);
		},
	},
	{
		id: "history/is-written-with-the-body",
		of: "VersionChange.events",
		requires: ["history", "apply"],
		async check(harness) {
			const { create, failing } = harness.dialect;
			await using driver = await harness.open();
			let calls = 0;
			const change = (version: Version) => ({
				version,
				dirty: false,
				events() {
					calls++;
					return [event("up", version)];
				},
			});
			await driver.apply?.(textBody(create("a")), change(1n));
			assert.equal(calls, 1, "events is called once");
			await rejection(
				"ERR_SQL",
				driver.apply?.(textBody(`${create("b")}\n${failing}`), change(2n)) ?? Promise.resolve(),
			);
			const moved = { ...change(2n), from: { version: 9n, dirty: false } };
			await rejection("ERR_VERSION_MOVED", driver.apply?.(textBody(create("b")), moved) ?? Promise.resolve());
			assert.deepEqual(await versionsIn(driver), [1n]);
			await expectTrusted(driver, true);
		},
	},
	{
		id: "history/is-written-with-the-transaction",
		of: "VersionChange.events",
		requires: ["history", "transaction"],
		async check(harness) {
			const { create } = harness.dialect;
			await using driver = await harness.open();
			const events = (): readonly HistoryEvent[] => [event("up", 1n), event("up", 2n)];
			const change = { version: 2n, dirty: false, events };
			await driver.transaction?.(change, async ({ run }) => {
				await run(textBody(create("a")));
				await run(textBody(create("b")));
			});
			assert.deepEqual(await versionsIn(driver), [1n, 2n]);
			const reason = new Error("rolled back");
			const failed = driver.transaction?.({ ...change, version: 3n }, async () => {
				throw reason;
			});
			await assert.rejects(failed ?? Promise.resolve(), reason);
			assert.deepEqual(await versionsIn(driver), [1n, 2n]);
			await expectTrusted(driver, true);
		},
	},
	{
		id: "history/keeps-texts-apart",
		of: "DriverHistory.texts",
		requires: ["history"],
		async check(harness) {
			await using driver = await harness.open();
			const history = historyOf(driver);
			const texts = { upText: "-- größe 🐦\r\n", downText: "" };
			await driver.setVersion({
				version: 1n,
				dirty: false,
				events: () => [{ ...event("up", 1n), ...texts }, event("up", 1n)],
			});
			const [first, second] = (await history.read()).events;
			const kept = await history.texts(first?.id ?? 0);
			assert.equal(kept.up, history.keepsText(texts.upText) ? texts.upText : undefined);
			assert.equal(kept.down, history.keepsText(texts.downText) ? texts.downText : undefined);
			const none = await history.texts(second?.id ?? 0);
			assert.deepEqual([none.up, none.down], [undefined, undefined]);
		},
	},
	{
		id: "history/survives-reopen",
		of: "DriverHistory",
		requires: ["history", "persistent"],
		async check(harness) {
			await using before = await harness.open();
			await before.setVersion({ version: 1n, dirty: false, events: () => [event("up", 1n)] });
			await before.close();
			await using after = await harness.open();
			assert.deepEqual(await versionsIn(after), [1n]);
			await expectTrusted(after, true);
		},
	},
	{
		id: "history/goes-with-drop",
		of: "Driver.drop",
		requires: ["history"],
		async check(harness) {
			await using driver = await harness.open();
			await driver.setVersion({ version: 1n, dirty: false, events: () => [event("up", 1n)] });
			await driver.drop();
			assert.deepEqual(await versionsIn(driver), []);
			await driver.setVersion({ version: 2n, dirty: false, events: () => [event("up", 2n)] });
			assert.deepEqual(await versionsIn(driver), [2n]);
		},
	},
]);

function event(op: HistoryEvent["op"], version: Version): HistoryEvent {
	return { op, version, target: version, at: "2026-11-27T04:12:41.123Z", by: "the laws" };
}

function historyOf(driver: Driver): DriverHistory {
	assert.notEqual(driver.history, undefined, "history exists");
	return driver.history as DriverHistory;
}

async function versionsIn(driver: Driver): Promise<readonly Version[]> {
	return (await historyOf(driver).read()).events.map(({ version }) => version);
}

/** Whether the version row is as the last event has left it, in both ways to ask. */
async function expectTrusted(driver: Driver, trusted: boolean): Promise<void> {
	for (const { head } of [await driver.version(), await historyOf(driver).read()]) {
		assert.notEqual(head?.last, undefined, "there is an event");
		assert.equal(head?.stamp !== undefined && head.stamp === head.last?.stamp, trusted);
	}
}
