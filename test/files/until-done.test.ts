import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, type FSWatcher, watch } from "node:fs";
import { fileURLToPath } from "node:url";
import { check, Migrate, type MigrateEvent, type MigrateOptions, memorySource } from "@godwit/core";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type BackendName, factoryOf } from "./backends.ts";
import { createPlace, exec, type Place, query } from "./place.ts";

const BATCH = "/* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 10) */";

const FILES = {
	"1_t.up.sql": "CREATE TABLE t (id INTEGER PRIMARY KEY, b INT);",
	"2_fill.up.sql": `-- godwit: until-done\nUPDATE t SET b = id * 2 WHERE b IS NULL ${BATCH};`,
	"3_after.up.sql": "CREATE TABLE after_it (x);",
};

const DOWN =
	"-- godwit: until-done\nUPDATE t SET b = NULL WHERE b IS NOT NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NOT NULL LIMIT 10) */;";

const BACKENDS = ["sqlite-native", "sqlite-wasm", "sqlite-node"] as const;

let place: Place;

beforeEach(async () => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	{
		await using migrate = await open("sqlite-native");
		await migrate.steps(1);
	}
	exec(
		place.path,
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25) INSERT INTO t (id) SELECT i FROM n",
	);
});

async function open(backend: BackendName, options: MigrateOptions = {}, files: object = FILES): Promise<Migrate> {
	const driver = await factoryOf(backend).open(`sqlite://${place.path}`);
	return new Migrate({ source: memorySource({ ...files }), driver, ...options });
}

const left = (): unknown => query(place.path, "SELECT count(*) FROM t WHERE b IS NOT id * 2")[0]?.[0];

describe.each(BACKENDS)("a backfill on %s", (backend) => {
	it("is run in rounds until one changes nothing, and tells of each", async () => {
		const events: MigrateEvent[] = [];
		await using migrate = await open(backend, { onEvent: (event) => event.type !== "progress" && events.push(event) });
		const { applied } = await migrate.up();
		expect(applied.map(({ version }) => version)).toEqual([2n, 3n]);
		expect(left()).toBe(0);
		expect(events.map((event) => (event.type === "round" ? event.rows : event.type))).toEqual([
			"locked",
			"start",
			...[10, 20, 25].flatMap((rows) => [rows, "locked"]),
			"end",
			"start",
			"end",
			"unlocked",
		]);
		const history = await migrate.history();
		expect(history.map(({ op, version, note }) => [op, version, note])).toEqual([
			["up", 1n, undefined],
			["round", 2n, "10 rows"],
			["round", 2n, "20 rows"],
			["round", 2n, "25 rows"],
			["up", 2n, undefined],
			["up", 3n, undefined],
		]);
	});

	it("leaves the database to others in between, with no lock beside it", async () => {
		let between = 0;
		let watching: FSWatcher | undefined;
		await using migrate = await open(backend, {
			onEvent({ type }) {
				if (type === "locked") watching?.close();
				if (type !== "round" || between === 2) return;
				// What is beside the database changes when the lock is given back.
				watching = watch(place.folder, () => {
					if (existsSync(`${place.path}.lock`)) return;
					watching?.close();
					exec(place.path, `INSERT INTO t (id) VALUES (${100 + between++})`);
				});
			},
		});
		await migrate.up();
		expect(between).toBe(2);
		expect(left()).toBe(0);
		expect(query(place.path, "SELECT count(*) FROM t")).toEqual([[25 + between]]);
	});

	it("goes on where it was stopped, and status tells how far it is", async () => {
		const stop = new AbortController();
		{
			await using migrate = await open(backend, {
				signal: stop.signal,
				onEvent: ({ type }) => type === "round" && stop.abort(),
			});
			expect(await migrate.up()).toMatchObject({ stopped: true, to: 1n });
		}
		expect(left()).toBe(15);
		const rows: number[] = [];
		await using migrate = await open(backend, { onEvent: (event) => event.type === "round" && rows.push(event.rows) });
		const { migrations } = await migrate.status();
		expect(migrations[1]).toMatchObject({ state: "under-way", rows: 10, event: { op: "round", note: "10 rows" } });
		await migrate.up();
		expect(rows).toEqual([20, 25]);
		expect(left()).toBe(0);
	});

	it("ends with an error when an UPDATE changes the same rows again and again", async () => {
		const files = {
			"1_t.up.sql": FILES["1_t.up.sql"],
			"2_fill.up.sql": "-- godwit: until-done\nUPDATE t SET b = 1 WHERE id > 0 /* godwit: AND id <= 10 */;",
		};
		await using migrate = await open(backend, {}, files);
		await expect(migrate.up()).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			message: expect.stringMatching(/10 rows of a table of 25.*again and again/),
			cause: { code: "ERR_SQL", details: { line: 2, column: 1 } },
		});
		expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
	});
});

const insert = (sql: string): Readonly<Record<string, string>> => ({
	"1_t.up.sql": FILES["1_t.up.sql"],
	"2_u.up.sql": "CREATE TABLE u (id INT);",
	"3_x.up.sql": `-- godwit: until-done\n${sql};`,
});

describe.each(BACKENDS)("an INSERT in rounds on %s", (backend) => {
	/** Where a bound is missing, the run ends here. */
	const atMost =
		(rows: number) =>
		(event: MigrateEvent): void => {
			if (event.type === "round" && event.rows > rows) throw new Error(`${event.rows} rows, and no end`);
		};

	it("that leaves its rows to be inserted once more is ended in its first round", async () => {
		const sql = "INSERT INTO u SELECT id FROM t WHERE true /* godwit: LIMIT 10 */";
		await using migrate = await open(backend, { onEvent: atMost(100) }, insert(sql));
		await expect(migrate.up()).rejects.toMatchObject({
			cause: { code: "ERR_SQL", message: expect.stringMatching(/of the 25 that .* 25 are left.*NOT EXISTS/) },
		});
		expect(query(place.path, "SELECT count(*) FROM u")).toEqual([[0]]);
	});

	it("that may leave rows out by a conflict is ended when it has inserted what the statement would have inserted whole", async () => {
		const sql =
			"INSERT INTO main.u AS v (id) WITH n AS (SELECT id FROM t) SELECT id FROM n WHERE true /* godwit: LIMIT 10 */ ON CONFLICT DO NOTHING";
		await using migrate = await open(backend, { onEvent: atMost(100) }, insert(sql));
		await expect(migrate.up()).rejects.toMatchObject({
			cause: { code: "ERR_SQL", message: expect.stringMatching(/have changed 40 rows.*NOT EXISTS/) },
		});
		expect(query(place.path, "SELECT count(*) FROM u")).toEqual([[30]]);
	});
});

describe("a backfill", () => {
	it("of an INSERT goes on beside programs that add more to insert than there was", async () => {
		let came = 100;
		const onEvent = (event: MigrateEvent): void => {
			if (event.type !== "round" || event.migration.version !== 3n || came > 160) return;
			const values = Array.from({ length: 10 }, () => `(${came++})`);
			exec(place.path, `INSERT INTO t (id) VALUES ${values}`);
		};
		const sql =
			"INSERT INTO u SELECT id FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE id = t.id) /* godwit: LIMIT 10 */ RETURNING id";
		await using migrate = await open("sqlite-node", { onEvent }, insert(sql));
		expect(await migrate.up()).toMatchObject({ to: 3n });
		expect(query(place.path, "SELECT count(*) FROM u")).toEqual(query(place.path, "SELECT count(*) FROM t"));
	});

	it.each([
		["DELETE", "DELETE FROM t WHERE id > 5 /* godwit: AND id IN (SELECT id FROM t WHERE id > 5 LIMIT 7) */", 5],
		[
			"INSERT",
			"INSERT INTO t (id) SELECT id + 100 FROM t AS o WHERE id <= 25 AND NOT EXISTS (SELECT 1 FROM t WHERE id = o.id + 100) /* godwit: LIMIT 7 */",
			50,
		],
	])("can be a %s", async (_, sql, count) => {
		const files = { "1_t.up.sql": FILES["1_t.up.sql"], "2_x.up.sql": `-- godwit: until-done\n${sql};` };
		await using migrate = await open("sqlite-node", {}, files);
		expect(await migrate.up()).toMatchObject({ to: 2n });
		expect(query(place.path, "SELECT count(*) FROM t")).toEqual([[count]]);
	});

	it("ends with the same rows as the statement that other tools run whole", async () => {
		copyFileSync(place.path, place.of("other.db"));
		exec(place.of("other.db"), FILES["2_fill.up.sql"]);
		await using migrate = await open("sqlite-native");
		await migrate.up();
		expect(query(place.path, "SELECT * FROM t")).toEqual(query(place.of("other.db"), "SELECT * FROM t"));
	});

	it("is not one of the migrations of one transaction", async () => {
		await using migrate = await open("sqlite-native", { transaction: "all" });
		await expect(migrate.up()).rejects.toMatchObject({
			cause: { code: "ERR_NO_TRANSACTION", message: expect.stringContaining("-- godwit: until-done") },
		});
		expect(left()).toBe(25);
	});

	it("is a file like any other where its text cannot be run in rounds", async () => {
		const files = { ...FILES, "2_fill.up.sql": "-- godwit: until-done\nUPDATE t SET b = 1 WHERE b IS NULL;" };
		await using migrate = await open("sqlite-native", {}, files);
		await expect(migrate.up()).rejects.toMatchObject({
			cause: { code: "ERR_INVALID_BODY", details: { problem: "until-done: no-batch", line: 2, column: 1 } },
		});
		expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
	});

	it("is reverted in rounds with the stored text too, and goes on where that was stopped", async () => {
		const files = { ...FILES, "2_fill.down.sql": DOWN };
		{
			await using migrate = await open("sqlite-node", {}, files);
			await migrate.steps(1);
		}
		const stop = new AbortController();
		const onEvent = ({ type }: MigrateEvent): void => void (type === "round" && stop.abort());
		for (const [signal, reverted] of [
			[stop.signal, 10],
			[undefined, 25],
		] as const) {
			await using migrate = await open("sqlite-node", signal && { signal, onEvent }, {});
			const stored = await migrate.storedDown(1);
			expect(stored).toMatchObject([{ version: 2n, text: DOWN }]);
			expect(await migrate.down({ stored })).toMatchObject({ stopped: signal !== undefined });
			expect(query(place.path, "SELECT count(*) FROM t WHERE b IS NULL")).toEqual([[reverted]]);
		}
		await using migrate = await open("sqlite-node", {}, files);
		expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
	});

	it("is not under way any more when what it stands on was reverted", async () => {
		const files = { ...FILES, "1_t.down.sql": "DROP TABLE t;" };
		const stop = new AbortController();
		{
			const onEvent = ({ type }: MigrateEvent): void => void (type === "round" && stop.abort());
			await using migrate = await open("sqlite-node", { signal: stop.signal, onEvent }, files);
			await migrate.up();
		}
		await using migrate = await open("sqlite-node", {}, files);
		expect((await migrate.status()).migrations[1]).toMatchObject({
			state: "under-way",
			rows: expect.any(Number),
			event: { op: "round" },
		});
		expect((await migrate.pending()).map(({ version }) => version)).toContain(2n);
		await migrate.steps(-1);
		expect((await migrate.status()).migrations[1]).toMatchObject({ state: "pending", event: undefined });
	});

	it("says of a round that fails that those before it stay", async () => {
		exec(
			place.path,
			"CREATE TRIGGER no BEFORE UPDATE ON t WHEN new.id > 20 BEGIN SELECT RAISE(ABORT, 'not this one'); END",
		);
		for (const rows of [20, 20]) {
			await using migrate = await open("sqlite-node");
			await expect(migrate.up()).rejects.toMatchObject({
				code: "ERR_MIGRATION_FAILED",
				message: expect.stringMatching(
					new RegExp(
						`not this one\nthe last round was rolled back, .* have changed ${rows} rows; .* at version 1 and not`,
					),
				),
			});
		}
		expect(left()).toBe(5);
	});

	describe("whose file is edited in the midst", () => {
		const edited = { ...FILES, "2_fill.up.sql": FILES["2_fill.up.sql"].replace("id * 2", "7") };

		beforeEach(async () => {
			const stop = new AbortController();
			const onEvent = ({ type }: MigrateEvent): void => void (type === "round" && stop.abort());
			await using migrate = await open("sqlite-node", { signal: stop.signal, onEvent });
			await migrate.up();
		});

		it("does not go on", async () => {
			await using migrate = await open("sqlite-node", {}, edited);
			await expect(migrate.up()).rejects.toMatchObject({
				code: "ERR_CHANGED",
				message: expect.stringMatching(/2_fill.up.sql changed since its rounds began, .* 10 rows; .*-changed warn/),
				details: { versions: [2n] },
			});
			expect(left()).toBe(15);
		});

		it("goes on when a person says so, and is told once", async () => {
			const findings: string[] = [];
			const onEvent = (event: MigrateEvent): void =>
				void (event.type === "finding" && findings.push(event.finding.message));
			await using migrate = await open("sqlite-node", { changed: "warn", onEvent }, edited);
			expect(await migrate.up()).toMatchObject({ to: 3n });
			expect(findings).toEqual([expect.stringContaining("changed since its rounds began")]);
			expect(query(place.path, "SELECT count(*) FROM t WHERE b = 7")).toEqual([[15]]);
		});

		it("goes on when the size of its rounds alone is another", async () => {
			const larger = { ...FILES, "2_fill.up.sql": FILES["2_fill.up.sql"].replace("LIMIT 10", "LIMIT 100") };
			await using migrate = await open("sqlite-node", {}, larger);
			expect(await migrate.up()).toMatchObject({ to: 3n });
			expect(left()).toBe(0);
		});

		it("does not go on in the same operation either", async () => {
			const files = { ...FILES };
			const source = memorySource(files);
			const now = memorySource(edited);
			let round = false;
			const driver = await factoryOf("sqlite-node").open(`sqlite://${place.path}`);
			await using migrate = new Migrate({
				source: { ...source, readUp: (version) => (round ? now : source).readUp(version) },
				driver,
				onEvent: ({ type }) => {
					round ||= type === "round";
				},
			});
			await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_CHANGED" });
			expect(left()).toBe(5);
		});
	});

	it("is told with the time of each round, and in the end with that of all", async () => {
		const slow =
			"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT count(*) FROM n;";
		const files = { "1_t.up.sql": FILES["1_t.up.sql"], "2_slow.up.sql": slow, "3_fill.up.sql": FILES["2_fill.up.sql"] };
		const times: { readonly at: number; readonly durationMs: number }[] = [];
		let began = 0;
		await using migrate = await open(
			"sqlite-node",
			{
				onEvent(event) {
					if (event.type === "locked") began ||= performance.now();
					if (event.type === "round" || event.type === "end") {
						times.push({
							at: performance.now(),
							durationMs: event.type === "end" ? event.migration.durationMs : event.durationMs,
						});
					}
				},
			},
			files,
		);
		await migrate.up();
		const [earlier, first, second, third, whole] = times;
		if (!earlier || !first || !second || !third || !whole)
			throw new TypeError("there are two migrations and three rounds");
		// What does not overlap takes no longer than all of it.
		expect(earlier.durationMs + first.durationMs).toBeLessThanOrEqual(first.at - began);
		expect(second.durationMs).toBeLessThanOrEqual(second.at - first.at);
		const events = (await migrate.history()).filter(({ version }) => version === 3n);
		expect(events.map(({ op }) => op)).toEqual(["round", "round", "round", "up"]);
		for (const [index, { durationMs }] of [first, second, third].entries()) {
			expect(events[index]?.durationMs).toBeLessThanOrEqual(durationMs);
		}
		for (const of of [events[3]?.durationMs, whole.durationMs]) expect(of).toBeGreaterThanOrEqual(third.at - first.at);
	});

	it("can be killed after any round, and the next up goes on", async () => {
		for (let kill = 1; kill <= 2; kill++) {
			const args = [
				fileURLToPath(new URL("./fixtures/backfill.ts", import.meta.url)),
				place.path,
				JSON.stringify(FILES),
			];
			const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
			const exited = once(child, "exit");
			await Promise.race([once(child.stdout, "data"), exited]);
			child.kill("SIGKILL");
			await exited;
			expect(query(place.path, "SELECT version, dirty FROM schema_migrations")).toEqual([[1, 0]]);
			expect(query(place.path, "SELECT count(*) FROM t WHERE b IS NOT NULL")).toEqual([[10 * kill]]);
		}
		await using migrate = await open("sqlite-node", { lockTimeoutMs: 0 });
		expect(await migrate.up()).toMatchObject({ to: 3n });
		expect(left()).toBe(0);
	});
});

describe("a backfill whose batch is not the whole statement in parts", () => {
	const rows = (sql: string): unknown => query(place.path, sql)[0]?.[0];
	const VIEW =
		"CREATE VIEW v AS SELECT id, b FROM t; CREATE TRIGGER v_b INSTEAD OF UPDATE ON v BEGIN UPDATE t SET b = NEW.b WHERE id = NEW.id; END;";

	it.each([
		[
			"a batch of rows that were changed already",
			"UPDATE t SET b = id WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t LIMIT 10) */",
			15,
			10,
		],
		[
			"an INSERT that finds the same rows",
			"INSERT OR IGNORE INTO u SELECT id FROM t WHERE true /* godwit: LIMIT 10 */",
			15,
			0,
		],
		[
			"a first batch that is ignored",
			"UPDATE OR IGNORE t SET id = id - 5, b = 1 WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL AND id > 20 LIMIT 3) */",
			25,
			0,
		],
		["a statement that always changes rows", "INSERT INTO u SELECT id FROM t WHERE true /* godwit: LIMIT 0 */", 25, 0],
	])("is refused, since other tools would have changed more: %s", async (_, sql, left, filled) => {
		const files = {
			"1_t.up.sql": FILES["1_t.up.sql"],
			"2_u.up.sql": "CREATE TABLE u (id INTEGER PRIMARY KEY);",
			"3_x.up.sql": `-- godwit: until-done\n${sql};`,
		};
		await using migrate = await open("sqlite-node", {}, files);
		await expect(migrate.up()).rejects.toMatchObject({
			cause: {
				code: "ERR_SQL",
				message: expect.stringContaining(`would change ${left} more rows`),
				details: { line: 2, column: 1 },
			},
		});
		expect(await migrate.version()).toEqual({ version: 2n, dirty: false });
		expect(rows("SELECT count(b) FROM t")).toBe(filled);
	});

	it.each(BACKENDS)("changes a view through its triggers, on %s", async (backend) => {
		const sql =
			"UPDATE v SET b = id WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 10) */";
		const files = {
			"1_t.up.sql": FILES["1_t.up.sql"],
			"2_v.up.sql": VIEW,
			"3_x.up.sql": `-- godwit: until-done\n${sql};`,
		};
		await using migrate = await open(backend, {}, files);
		expect(await migrate.up()).toMatchObject({ to: 3n });
		expect(rows("SELECT count(*) FROM t WHERE b = id")).toBe(25);
		const history = await migrate.history();
		expect(history.filter(({ op }) => op === "round").map(({ note }) => note)).toEqual([
			"10 rows",
			"20 rows",
			"25 rows",
		]);
	});

	it.each(BACKENDS)("ends with an error when a trigger undoes its DELETE, on %s", async (backend) => {
		const files = {
			"1_t.up.sql": FILES["1_t.up.sql"],
			"2_u.up.sql": "CREATE TRIGGER t_stays AFTER DELETE ON t BEGIN INSERT INTO t (id) VALUES (OLD.id); END;",
			"3_x.up.sql":
				"-- godwit: until-done\nDELETE FROM t WHERE id > 5 /* godwit: AND id IN (SELECT id FROM t WHERE id > 5 LIMIT 7) */;",
		};
		await using migrate = await open(backend, {}, files);
		await expect(migrate.up()).rejects.toMatchObject({
			cause: { code: "ERR_SQL", message: expect.stringMatching(/ 7 rows of a table of 25.*no trigger undoes it/) },
		});
		expect(rows("SELECT count(*) FROM t")).toBe(25);
	});

	it("goes on past the rows of the table when others came and went meanwhile", async () => {
		let came = 100;
		const onEvent = ({ type }: MigrateEvent): void => {
			if (type !== "round" || came === 103) return;
			exec(place.path, `DELETE FROM t WHERE b IS NOT NULL; INSERT INTO t (id) VALUES (${came++})`);
		};
		await using migrate = await open("sqlite-node", { onEvent });
		expect(await migrate.up()).toMatchObject({ to: 3n });
		expect(left()).toBe(0);
	});
});

describe("a check of a backfill", () => {
	const SEEDED = `${FILES["1_t.up.sql"]} WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) INSERT INTO t (id) SELECT i FROM n;`;

	it.each([
		["an INSERT", "INSERT INTO u SELECT id FROM t WHERE true /* godwit: LIMIT 7 */", /7 rows,.*NOT EXISTS/],
		[
			"an INSERT that feeds itself",
			"INSERT INTO t (b) SELECT b FROM t WHERE true /* godwit: LIMIT 7 */",
			/7 rows.*NOT EXISTS/,
		],
		["an UPDATE", "UPDATE t SET b = 1 WHERE id > 0 /* godwit: AND id <= 7 */", /7 rows of a table of 20/],
	])("finds that it is endless: %s", async (_, sql, message) => {
		const files = {
			"1_t.up.sql": SEEDED,
			"2_u.up.sql": "CREATE TABLE u (id INT);",
			"3_x.up.sql": `-- godwit: until-done\n${sql};`,
		};
		const driver = await factoryOf("sqlite-node").open(`sqlite://${place.path}`);
		onTestFinished(() => driver.close());
		const report = await check(memorySource(files), driver);
		expect(report.stoppedAt).toBe(3n);
		expect(report.findings).toContainEqual(expect.objectContaining({ message: expect.stringMatching(message) }));
	});

	it("passes one that ends", async () => {
		const files = {
			"1_t.up.sql": SEEDED,
			"2_u.up.sql": "CREATE TABLE u (id INT);",
			"3_x.up.sql":
				"-- godwit: until-done\nINSERT INTO u SELECT id FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE id = t.id) /* godwit: LIMIT 7 */;",
		};
		const driver = await factoryOf("sqlite-node").open(`sqlite://${place.path}`);
		onTestFinished(() => driver.close());
		expect((await check(memorySource(files), driver)).stoppedAt).toBeUndefined();
	});
});
