import { existsSync, mkdirSync, readlinkSync, rmdirSync, statSync, unlinkSync } from "node:fs";
import { hostname } from "node:os";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { BACKENDS, factoryOf } from "./backends.ts";
import { GATE } from "./gate.ts";
import { killRun, moveOwner } from "./killed-run.ts";
import { accountValues, allAccounts, CREATE_ACCOUNTS, createPlace, exec, type Place, query } from "./place.ts";
import { runOnce, startRunner } from "./runner.ts";

const FILES = { "1_a.up.sql": "CREATE TABLE a (x);" };

let place: Place;
let lock: string;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	lock = `${place.path}.lock`;
});

describe.each(BACKENDS)("godwit unlock on %s", (backend) => {
	const url = (): string => `${backend}://${place.path}`;

	it("removes nothing when another application's folder has come for the one that a person was shown", async () => {
		mkdirSync(lock);
		const first = statSync(lock, { bigint: true });
		const cleared = await factoryOf(backend).breakLocks(url(), async (holder) => {
			expect(holder).toContain("app.db.lock was made");
			rmdirSync(lock);
			mkdirSync(lock);
			return true;
		});
		expect(statSync(lock, { bigint: true }).mtimeNs).not.toBe(first.mtimeNs);
		expect(cleared).toBe(0);
		expect(existsSync(lock)).toBe(true);
	});

	it("removes nothing when a run has come for the left lock that a person was shown", async () => {
		exec(place.path, CREATE_ACCOUNTS);
		await killRun("sqlite-native", place.path);
		moveOwner(place.path);
		await using runner = await startRunner();
		let run: Promise<unknown> | undefined;
		const cleared = await factoryOf(backend).breakLocks(url(), async () => {
			unlinkSync(lock);
			exec(place.path, "UPDATE schema_migrations_lock SET locked = FALSE");
			run = runner.run({ backend, path: place.path, files: { "1_a.up.sql": `CREATE TABLE a (x);${GATE}` } });
			await runner.atGate();
			return true;
		});
		expect(cleared).toBe(0);
		expect(readlinkSync(lock)).toContain(`~${runner.pid.toString(36)}~`);
		runner.go();
		expect(await run).toMatchObject({ applied: 1 });
	});

	it("rolls back what is left before the lock goes, and says how many it has cleared", async () => {
		exec(place.path, CREATE_ACCOUNTS);
		const pid = await killRun("sqlite-wasm", place.path);
		moveOwner(place.path);
		const asked: string[] = [];
		expect(await factoryOf(backend).breakLocks(url(), async (holder) => asked.push(holder) > 0)).toBe(2);
		expect(asked[0]).toContain(`app.db.lock is held by process ${pid} on host container`);
		expect(asked[1]).toMatch(
			new RegExp(
				`^the migration lock is held by process ${pid} on host container, which cannot be checked from here; its lease ends at `,
			),
		);
		expect(place.files()).toEqual(["app.db"]);
		expect(accountValues(place.path)).toEqual(allAccounts(1));
		expect(query(place.path, "SELECT locked FROM schema_migrations_lock")).toEqual([[0]]);
	});

	it("says that the holder has ended, where that is seen", async () => {
		exec(place.path, CREATE_ACCOUNTS);
		const pid = await killRun("sqlite-native", place.path);
		const asked: string[] = [];
		expect(await factoryOf(backend).breakLocks(url(), async (holder) => asked.push(holder) > 0)).toBe(1);
		expect(asked).toEqual([
			`the migration lock is held by process ${pid} on host ${hostname()}, which has ended, so that the next run would take the lock over by itself`,
		]);
	});

	it("does not clear the lock of a run on sqlite-wasm that is seen at work, and does not ask", async () => {
		await using runner = await startRunner();
		const run = runner.run({
			backend: "sqlite-wasm",
			path: place.path,
			files: { "1_a.up.sql": `CREATE TABLE a (x);${GATE}` },
		});
		await runner.atGate();
		const asked: string[] = [];
		const cleared = factoryOf(backend).breakLocks(url(), async (holder) => asked.push(holder) > 0);
		await expect(cleared).rejects.toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringContaining(`process ${runner.pid} on host`),
		});
		expect(asked).toEqual([]);
		runner.go();
		expect(await run).toMatchObject({ applied: 1 });
		expect(await runOnce({ backend, path: place.path, files: FILES })).toMatchObject({ applied: 0 });
	});
});
