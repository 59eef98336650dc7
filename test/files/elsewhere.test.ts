import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { BACKENDS, factoryOf, NATIVE } from "./backends.ts";
import { killRun, moveOwner } from "./killed-run.ts";
import {
	accountValues,
	allAccounts,
	CREATE_ACCOUNTS,
	changeAccounts,
	createPlace,
	exec,
	type Place,
	query,
} from "./place.ts";
import { runOnce } from "./runner.ts";

const FILES = { "1_change.up.sql": changeAccounts() };

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	exec(place.path, CREATE_ACCOUNTS);
});

describe("a native run that was killed in another container", () => {
	it.each(NATIVE)("is waited for by %s until its lease is over, and no longer", async (backend) => {
		const pid = await killRun("sqlite-native", place.path);
		moveOwner(place.path);
		const refused = await runOnce({ backend, path: place.path, files: FILES, lockTimeoutMs: 0 });
		expect(refused.code).toBe("ERR_LOCK_TIMEOUT");
		expect(refused.message).toContain(`process ${pid} on host container, which cannot be checked from here`);
		// Not before: a process may take longer to start than a lease that is short enough to wait for.
		const end = new Date(Date.now() + 2_000).toISOString();
		exec(place.path, `UPDATE schema_migrations_lock SET expires_at = '${end}'`);
		const next = await runOnce({ backend, path: place.path, files: FILES, options: "x-lock-timeout=90s" });
		expect(next).toMatchObject({ applied: 1 });
		expect(accountValues(place.path)).toEqual(allAccounts(2));
	});

	it.each(NATIVE)("keeps %s out for its lease of 60 s, and the error says when that ends", async (backend) => {
		await killRun("sqlite-native", place.path);
		moveOwner(place.path);
		const [[expires]] = query(place.path, "SELECT expires_at FROM schema_migrations_lock") as [[string]];
		expect(await runOnce({ backend, path: place.path, files: FILES, lockTimeoutMs: 0 })).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringContaining(`its lease ends at ${expires}`),
		});
		expect(accountValues(place.path)).toEqual(allAccounts(1));
	});

	it("keeps sqlite-wasm out until a person says that it is gone", async () => {
		const pid = await killRun("sqlite-native", place.path, "x-lock-lease=1ms");
		moveOwner(place.path);
		const run = { backend: "sqlite-wasm", path: place.path, files: FILES, lockTimeoutMs: 0 } as const;
		expect(await runOnce({ ...run, options: "x-busy-timeout=1ms" })).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringMatching(
				new RegExp(`process ${pid} on host container, which cannot be checked from here; .*"godwit unlock"`),
			),
		});
		const asked: string[] = [];
		await factoryOf("sqlite-wasm").breakLocks(`sqlite-wasm://${place.path}`, async (holder) => asked.push(holder) > 0);
		expect(asked[0]).toContain(`process ${pid} on host container`);
		expect(await runOnce(run)).toMatchObject({ applied: 1 });
		expect(accountValues(place.path)).toEqual(allAccounts(2));
		expect(place.files()).toEqual(["app.db"]);
	});
});

describe.each(BACKENDS)("a run on %s that was killed before the machine was started anew", (killed) => {
	it.each(BACKENDS)("keeps %s out for no moment, where the file belongs to this machine alone", async (backend) => {
		await killRun(killed, place.path);
		moveOwner(place.path, { boot: "before" });
		const next = { backend, path: place.path, files: FILES, lockTimeoutMs: 0 };
		expect(await runOnce(next)).toMatchObject({ applied: 1 });
		expect(accountValues(place.path)).toEqual(allAccounts(2));
		expect(place.files()).toEqual(["app.db"]);
	});
});
