import { mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Migrate, memorySource } from "@godwit/core";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { BACKENDS, factoryOf, PAIRS } from "./backends.ts";
import { GATE } from "./gate.ts";
import {
	accountValues,
	allAccounts,
	CREATE_ACCOUNTS,
	changeAccounts,
	createPlace,
	exec,
	integrity,
	type Place,
	query,
	untilGone,
} from "./place.ts";
import { runOnce, startRunner } from "./runner.ts";

let place: Place;
let other: string;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	other = place.of("other.db");
	exec(other, CREATE_ACCOUNTS);
});

const attaching = (body: string): Readonly<Record<string, string>> => ({
	"1_attach.up.sql": `ATTACH '${other}' AS o; CREATE TABLE seen AS SELECT sum(v) AS v FROM o.accounts; ${body}`,
});

describe("a file that a migration attaches", () => {
	it.each(PAIRS)(
		"is rolled back after a kill on %s by the next run, on %s, which does not attach it",
		async (killed, next) => {
			{
				await using runner = await startRunner();
				const run = runner.run({ backend: killed, path: place.path, files: attaching(changeAccounts("o") + GATE) });
				const ended = run.catch(() => {});
				await runner.atGate();
				await runner.kill();
				await ended;
			}
			expect(statSync(`${other}-journal`).size).toBeGreaterThan(4096);
			const files = { "1_plain.up.sql": "CREATE TABLE plain (a);" };
			expect(await runOnce({ backend: next, path: place.path, files })).toMatchObject({ applied: 1 });
			// No journal and no lock, so that nothing but the file itself is read here.
			expect(place.files()).toEqual(["app.db", "other.db"]);
			expect(accountValues(other)).toEqual(allAccounts(1));
			expect(integrity(other)).toBe("ok");
			expect(query(place.path, "SELECT name FROM sqlite_schema WHERE name = 'seen'")).toEqual([]);
		},
	);

	it("is named by sqlite-wasm, once a run, where the runtime cannot keep native applications off it", async () => {
		const attach = `ATTACH '${other}' AS o; UPDATE o.accounts SET v = 2;`;
		const command = {
			backend: "sqlite-wasm",
			path: place.path,
			files: { "1_a.up.sql": attach, "2_b.up.sql": attach },
		} as const;
		const { applied, events } = await runOnce(command, { imports: ["./fixtures/no-node-sqlite.ts"] });
		expect(applied).toBe(2);
		expect(events.filter((event) => event.startsWith("notice"))).toEqual(
			[place.path, other].map((path) => expect.stringContaining(`notice: ${path}: this runtime has no node:sqlite`)),
		);
	});

	const WRITTEN = {
		"a text": () => `'${other}'`,
		// SQLite reads both as the text that they hold, and that up to its first NUL.
		"a blob": () => `X'${Buffer.from(other).toString("hex")}'`,
		"a blob with a NUL": () => `X'${Buffer.from(`${other}\0.db`).toString("hex")}'`,
	};
	const written = BACKENDS.flatMap((backend) =>
		Object.entries(WRITTEN).map(([what, name]) => ({ backend, what, name })),
	);

	it.each(written)(
		"is kept from others on $backend until the run is over, named by $what",
		async ({ backend, name }) => {
			await using runner = await startRunner();
			const body = `ATTACH ${name()} AS o; CREATE TABLE seen (v); ${changeAccounts("o")}${GATE}`;
			const run = runner.run({ backend, path: place.path, files: { "1_attach.up.sql": body } });
			await runner.atGate();
			const elsewhere = {
				backend: "sqlite-wasm",
				path: other,
				files: { "1_a.up.sql": "CREATE TABLE a (a);" },
			} as const;
			expect(await runOnce({ ...elsewhere, lockTimeoutMs: 1 })).toMatchObject({
				code: "ERR_LOCK_TIMEOUT",
				message: expect.stringContaining(`other.db.lock is held by process ${runner.pid} on host`),
			});
			runner.go();
			expect(await run).toMatchObject({ applied: 1 });
			expect(await runOnce(elsewhere)).toMatchObject({ applied: 1 });
			expect(accountValues(other)).toEqual(allAccounts(2));
			expect(place.files()).toEqual(["app.db", "other.db"]);
		},
	);
});

describe("more files than the lock has room to name", () => {
	const nameOf = (at: number): string =>
		`tenants/organisation-with-a-long-name-${at}/eu-central-1/production/database-${at}.sqlite3`;
	const attach = (at: number, body: string): readonly [string, string] => [
		`${at}_attach.up.sql`,
		`ATTACH '${place.of(nameOf(at % 60))}' AS o; ${body}`,
	];

	it.each(BACKENDS)(
		"are attached by one run on %s, and the one that is changed in the end is rolled back",
		async (backend) => {
			for (let at = 0; at < 60; at++) mkdirSync(dirname(place.of(nameOf(at))), { recursive: true });
			exec(place.of(nameOf(1)), CREATE_ACCOUNTS);
			const plain = Array.from({ length: 60 }, (_, at) => attach(at + 1, "CREATE TABLE o.t (x);"));
			{
				await using runner = await startRunner();
				const files = Object.fromEntries([...plain, attach(61, changeAccounts("o") + GATE)]);
				const run = runner.run({ backend, path: place.path, files });
				const ended = run.catch(() => {});
				await Promise.race([runner.atGate(), run]);
				await runner.kill();
				await ended;
			}
			expect(statSync(`${place.of(nameOf(1))}-journal`).size).toBeGreaterThan(4096);
			const next = { ...Object.fromEntries(plain), "61_plain.up.sql": "CREATE TABLE plain (a);" };
			expect(await runOnce({ backend, path: place.path, files: next })).toMatchObject({ applied: 1 });
			expect(readdirSync(dirname(place.of(nameOf(1))))).toEqual(["database-1.sqlite3"]);
			expect(accountValues(place.of(nameOf(1)))).toEqual(allAccounts(1));
		},
	);
});

describe.each([
	["sqlite-native", "sqlite-wasm"],
	["node-sqlite", "sqlite-wasm"],
	["sqlite-native", "sqlite-native"],
	["sqlite-wasm", "sqlite-native"],
] as const)("a file that a migration on %s attaches while a run on %s migrates it", (backend, holder) => {
	const ELSEWHERE = { "1_change.up.sql": changeAccounts() + GATE };

	it("is left alone: the run gives up, names who has it, and has changed nothing", async () => {
		await using first = await startRunner();
		const elsewhere = first.run({ backend: holder, path: other, files: ELSEWHERE });
		await first.atGate();
		const journal = statSync(`${other}-journal`);
		const files = attaching(changeAccounts("o"));
		const waiting = await runOnce({ backend, path: place.path, files, options: "x-lock-timeout=1ms" });
		expect(waiting).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringContaining(`other.db.lock is held by process ${first.pid} on host`),
		});
		expect(statSync(`${other}-journal`)).toMatchObject({ ino: journal.ino, size: journal.size });
		expect(query(place.path, "SELECT name FROM sqlite_schema WHERE name = 'seen'")).toEqual([]);
		first.go();
		expect(await elsewhere).toMatchObject({ applied: 1 });
		expect(accountValues(other)).toEqual(allAccounts(2));
	});

	it("is not waited for by the next run of the same driver, which does not attach it", async () => {
		await using first = await startRunner();
		const elsewhere = first.run({ backend: holder, path: other, files: ELSEWHERE });
		await first.atGate();
		await using driver = await factoryOf(backend).open(`${backend}://${place.path}?x-lock-timeout=1ms`);
		const attach = new Migrate({ source: memorySource(attaching(changeAccounts("o"))), driver });
		await expect(attach.up()).rejects.toMatchObject({ cause: { code: "ERR_LOCK_TIMEOUT" } });
		const plain = new Migrate({ source: memorySource({ "1_plain.up.sql": "CREATE TABLE plain (a);" }), driver });
		expect((await plain.up()).to).toBe(1n);
		await driver.close();
		first.go();
		expect(await elsewhere).toMatchObject({ applied: 1 });
		expect(place.files()).toEqual(["app.db", "other.db"]);
	});

	it("is waited for: the run starts over, and both end well", async () => {
		await using first = await startRunner();
		const elsewhere = first.run({ backend: holder, path: other, files: ELSEWHERE });
		await first.atGate();
		await using runner = await startRunner();
		const files = {
			"1_attach.up.sql": `CREATE TABLE first (a); ${GATE} ${attaching(changeAccounts("o"))["1_attach.up.sql"]}`,
		};
		const waiting = runner.run({ backend, path: place.path, files });
		await runner.atGate();
		runner.go();
		// It gives everything back before it waits.
		await untilGone(`${place.path}.lock`);
		first.go();
		await runner.atGate();
		runner.go();
		expect([await elsewhere, await waiting]).toMatchObject([{ applied: 1 }, { applied: 1 }]);
		expect(accountValues(other)).toEqual(allAccounts(3));
		expect(query(place.path, "SELECT v FROM seen")).toEqual([[2 * (allAccounts(1)[1] as number)]]);
		expect(place.files()).toEqual(["app.db", "other.db"]);
	});
});

describe("two runs that attach each other's main database", () => {
	it.each(PAIRS)("end well: %s and %s", async (one, another) => {
		exec(place.path, CREATE_ACCOUNTS);
		await using first = await startRunner();
		await using second = await startRunner();
		const body = (path: string): Readonly<Record<string, string>> => ({
			"1_attach.up.sql": `UPDATE accounts SET v = v + 1; ${GATE} ATTACH '${path}' AS o; UPDATE o.accounts SET v = v + 10;`,
		});
		const options = "x-lock-timeout=90s";
		const runs = [
			first.run({ backend: one, path: place.path, files: body(other), options }),
			second.run({ backend: another, path: other, files: body(place.path), options }),
		];
		await Promise.all([first.atGate(), second.atGate()]);
		// Whoever starts over passes its gate once more.
		const going = [first, second].map(async (runner) => {
			for (;;) {
				runner.go();
				await runner.atGate();
			}
		});
		for (const loop of going) loop.catch(() => {});
		expect(await Promise.all(runs)).toMatchObject([{ applied: 1 }, { applied: 1 }]);
		expect(accountValues(place.path)).toEqual(allAccounts(12));
		expect(accountValues(other)).toEqual(allAccounts(12));
		expect(place.files()).toEqual(["app.db", "other.db"]);
	});
});
