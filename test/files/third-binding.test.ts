import { statSync } from "node:fs";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { NATIVE } from "./backends.ts";
import { GATE } from "./gate.ts";
import { accountValues, allAccounts, CREATE_ACCOUNTS, changeAccounts, createPlace, exec, type Place } from "./place.ts";
import { runOnce, startRunner } from "./runner.ts";

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	exec(place.path, CREATE_ACCOUNTS);
});

// node-sqlite is a binding as docs/drivers.md teaches to make one, without a line of its own about locks.
describe.each(NATIVE)("%s beside a run on sqlite-wasm", (backend) => {
	it.each([
		["reads a version", undefined],
		["migrates", { "2_more.up.sql": "CREATE TABLE more (a);" }],
	])("waits, and leaves that one's journal alone, when it %s", async (_, files) => {
		await using wasm = await startRunner();
		const body = changeAccounts() + GATE + changeAccounts();
		const migrating = wasm.run({ backend: "sqlite-wasm", path: place.path, files: { "1_change.up.sql": body } });
		await wasm.atGate();
		const { ino, size } = statSync(`${place.path}-journal`);
		const options = "x-lock-timeout=1ms";
		expect(await runOnce({ backend, path: place.path, options, ...(files && { files }) })).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringContaining(`app.db.lock is held by process ${wasm.pid} on host`),
		});
		expect(statSync(`${place.path}-journal`)).toMatchObject({ ino, size });
		wasm.go();
		expect(await migrating).toMatchObject({ applied: 1 });
		expect(accountValues(place.path)).toEqual(allAccounts(3));
	});
});

describe("sqlite-wasm beside a run on a binding that is made as docs/drivers.md says", () => {
	it("waits for it", async () => {
		await using native = await startRunner();
		const body = changeAccounts() + GATE + changeAccounts();
		const migrating = native.run({ backend: "node-sqlite", path: place.path, files: { "1_change.up.sql": body } });
		await native.atGate();
		const files = { "2_more.up.sql": "CREATE TABLE more (a);" };
		expect(await runOnce({ backend: "sqlite-wasm", path: place.path, files, lockTimeoutMs: 1 })).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringContaining(`process ${native.pid} on host`),
		});
		native.go();
		expect(await migrating).toMatchObject({ applied: 1 });
		expect(accountValues(place.path)).toEqual(allAccounts(3));
	});
});
