import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Migrate, type MigrateEvent, type MigrateOptions, memorySource } from "@godwit/core";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { factoryOf } from "./backends.ts";
import { createPlace, exec, type Place, query } from "./place.ts";

const FILES = {
	"1_t.up.sql": "CREATE TABLE t (id INTEGER PRIMARY KEY, b INT);",
	"1_t.down.sql": "DROP TABLE t;",
	"2_f.up.sql":
		"-- godwit: until-done\nUPDATE t SET b = id WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 5) */;",
	"2_f.down.sql":
		"-- godwit: until-done\nUPDATE t SET b = NULL WHERE b IS NOT NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NOT NULL LIMIT 5) */;",
};

const AFTER = { "3_after.up.sql": "CREATE TABLE after_it (x);", "3_after.down.sql": "DROP TABLE after_it;" };

let place: Place;

beforeEach(async () => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	await using migrate = await open();
	await migrate.steps(1);
	exec(
		place.path,
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) INSERT INTO t (id) SELECT i FROM n",
	);
	await migrate.up();
});

async function open(options: MigrateOptions = {}, files: object = FILES): Promise<Migrate> {
	const driver = await factoryOf("sqlite-node").open(`sqlite-node://${place.path}`);
	return new Migrate({ source: memorySource({ ...files }), driver, ...options });
}

const filled = (): unknown => query(place.path, "SELECT count(*) FROM t WHERE b = id")[0]?.[0];

/** Begins an operation, and ends it after its first round. */
async function stopAfterRound(begin: (migrate: Migrate) => Promise<unknown>, files: object = FILES): Promise<void> {
	const stop = new AbortController();
	const onEvent = ({ type }: MigrateEvent): void => void (type === "round" && stop.abort());
	await using migrate = await open({ signal: stop.signal, onEvent }, files);
	await begin(migrate);
}

const ways = (applied: readonly { version: bigint; direction: string }[]): readonly string[] =>
	applied.map(({ version, direction }) => `${version}/${direction}`);

describe("redo", () => {
	it("reverts and applies what it was asked for, and nothing else", async () => {
		await using migrate = await open({ transaction: "each" });
		expect(ways((await migrate.redo(1)).applied)).toEqual(["2/down", "2/up"]);
		expect(filled()).toBe(20);
	});

	it("of a file that is run in rounds on the way up reverts and applies that file alone", async () => {
		const files = { ...FILES, "2_f.down.sql": "UPDATE t SET b = NULL;" };
		await using migrate = await open({ transaction: "each" }, files);
		expect(ways((await migrate.redo(1)).applied)).toEqual(["2/down", "2/up"]);
		expect(filled()).toBe(20);
	});

	it("leaves to another process what that has done meanwhile", async () => {
		let other: Promise<unknown> | undefined;
		const revertedBy = async (): Promise<unknown> => {
			await using second = await open();
			return (await second.steps(-1)).applied;
		};
		await using migrate = await open({
			transaction: "each",
			onEvent({ type }) {
				if (type === "round") other ??= revertedBy();
			},
		});
		const { applied } = await migrate.redo(1);
		await other;
		expect(ways(applied).at(-1)).toBe("2/up");
		expect(ways(applied)).not.toContain("1/down");
		expect(filled()).toBe(20);
	});
});

describe("a way down in rounds that did not end", () => {
	const files = { ...FILES, ...AFTER };

	beforeEach(() => stopAfterRound((migrate) => migrate.steps(-1)));

	it("is what status says, and no version to go on from", async () => {
		await using migrate = await open({}, files);
		const { version, migrations, findings } = await migrate.status();
		expect(version).toBe(2n);
		expect(migrations[1]).toMatchObject({
			state: "under-way",
			rows: 5,
			event: { op: "round", direction: "down", note: "5 rows" },
		});
		expect(findings).toMatchObject([{ kind: "half-reverted", level: "error", versions: [2n] }]);
		const refusal = {
			code: "ERR_HALF_REVERTED",
			details: { version: 2n },
			message: expect.stringMatching(/5 rows.*down 1/),
		};
		await expect(migrate.up()).rejects.toMatchObject(refusal);
		await expect(migrate.steps(1)).rejects.toMatchObject(refusal);
		await expect(migrate.migrate(2)).rejects.toMatchObject(refusal);
		await expect(migrate.migrate(3)).rejects.toMatchObject(refusal);
		await expect(migrate.plan({ kind: "up" })).rejects.toMatchObject(refusal);
		expect(filled()).toBe(15);
	});

	it("is refused where nothing else is pending", async () => {
		await using migrate = await open();
		await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_HALF_REVERTED" });
	});

	it("stays so when something else is written down", async () => {
		await using migrate = await open({}, files);
		await migrate.repair({ kind: "accept", version: 1n });
		await migrate.repair({ kind: "skip", version: 3n });
		await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_HALF_REVERTED" });
	});

	it.each<[string, (migrate: Migrate) => Promise<{ applied: readonly { version: bigint; direction: string }[] }>]>([
		["down 1", (migrate) => migrate.steps(-1)],
		["goto", (migrate) => migrate.migrate(1)],
	])("goes on with %s, and up can come after it", async (_, goOn) => {
		const events: string[] = [];
		await using migrate = await open(
			{ onEvent: (event) => ["start", "round"].includes(event.type) && events.push(event.type) },
			files,
		);
		expect(ways((await goOn(migrate)).applied)).toEqual(["2/down"]);
		expect(events).toEqual(["start", "round", "round", "round"]);
		expect(filled()).toBe(0);
		expect(ways((await migrate.up()).applied)).toEqual(["2/up", "3/up"]);
		expect(filled()).toBe(20);
	});

	it("goes on with the stored text", async () => {
		await using migrate = await open({}, { "1_t.up.sql": FILES["1_t.up.sql"] });
		const stored = await migrate.storedDown(1);
		expect(ways((await migrate.down({ stored })).applied)).toEqual(["2/down"]);
		expect(filled()).toBe(0);
	});

	it("can be killed, too", async () => {
		const fixture = fileURLToPath(new URL("./fixtures/backfill.ts", import.meta.url));
		const child = spawn(process.execPath, [fixture, place.path, JSON.stringify(files), "1"], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		const exited = once(child, "exit");
		await Promise.race([once(child.stdout, "data"), exited]);
		child.kill("SIGKILL");
		await exited;
		await using migrate = await open({ lockTimeoutMs: 0 }, files);
		await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_HALF_REVERTED" });
		await migrate.migrate(1);
		expect(filled()).toBe(0);
	});

	it("is over when a person says where the database is", async () => {
		await using migrate = await open({}, files);
		await migrate.force(2);
		expect(ways((await migrate.up()).applied)).toEqual(["3/up"]);
	});
});

describe("a way down in rounds without a history", () => {
	it("need not fit for rounds, as a rehearsal and a plan say too", async () => {
		const unfit = { ...FILES, "2_f.down.sql": `-- godwit: until-done\nUPDATE t SET b = NULL;\nUPDATE t SET b = b;` };
		const driver = await factoryOf("sqlite-node").open(`sqlite-node://${place.path}?x-history=off`);
		await using migrate = new Migrate({ source: memorySource(unfit), driver });
		const { migrations } = await migrate.plan({ kind: "version", version: 1n });
		expect(migrations).toMatchObject([
			{ direction: "down", effects: { fails: false, transaction: true, rounds: false } },
		]);
		expect(migrations[0]?.effects?.statements).toHaveLength(2);
		expect(migrations[0]?.effects?.findings.filter(({ level }) => level === "error")).toEqual([]);
		expect(ways((await migrate.steps(-1)).applied)).toEqual(["2/down"]);
		const { down } = await migrate.rehearse();
		expect(down).toMatchObject({ ran: true, migrations: [{ outcome: "ran", effects: { fails: false } }] });
	});

	it("is one transaction, since nobody would know that it is half reverted", async () => {
		const driver = await factoryOf("sqlite-node").open(`sqlite-node://${place.path}?x-history=off`);
		const rounds: number[] = [];
		const onEvent = (event: MigrateEvent): void => void (event.type === "round" && rounds.push(event.rows));
		await using migrate = new Migrate({ source: memorySource(FILES), driver, onEvent });
		expect(ways((await migrate.steps(-1)).applied)).toEqual(["2/down"]);
		expect(filled()).toBe(0);
		expect(rounds).toEqual([]);
	});
});

describe("the rows that the rounds of a backfill have changed", () => {
	const rowsOf = async (
		files: object,
		run: (migrate: Migrate) => Promise<unknown>,
		options: MigrateOptions = {},
	): Promise<readonly number[]> => {
		const rows: number[] = [];
		const onEvent = (event: MigrateEvent): void => void (event.type === "round" && rows.push(event.rows));
		await using migrate = await open({ ...options, onEvent }, files);
		await run(migrate);
		return rows;
	};

	it("are counted anew in a file that was corrected", async () => {
		const unfinished =
			"-- godwit: until-done\nUPDATE t SET b = -1 WHERE b IS NOT -1 AND id > 0 /* godwit: AND id <= 5 */;";
		const wrong = { ...FILES, "3_g.up.sql": unfinished };
		await expect(rowsOf(wrong, (migrate) => migrate.up())).rejects.toMatchObject({ cause: { code: "ERR_SQL" } });
		const corrected =
			"-- godwit: until-done\nUPDATE t SET b = -1 WHERE b IS NOT -1 /* godwit: AND id IN (SELECT id FROM t WHERE b IS NOT -1 LIMIT 10) */;";
		const right = { ...FILES, "3_g.up.sql": corrected };
		await expect(rowsOf(right, (migrate) => migrate.up())).rejects.toMatchObject({
			code: "ERR_CHANGED",
			message: expect.stringContaining("go on with -changed warn"),
		});
		expect(await rowsOf(right, (migrate) => migrate.up(), { changed: "warn" })).toEqual([10, 15]);
	});

	it("are counted anew after the migration was reverted, and after one below it was", async () => {
		expect(await rowsOf(FILES, (migrate) => migrate.steps(-1))).toEqual([5, 10, 15, 20]);
		await stopAfterRound((migrate) => migrate.up());
		exec(place.path, "UPDATE t SET b = NULL");
		const files = { ...FILES, "1_t.down.sql": "SELECT 1;", "1_t.up.sql": "SELECT 1;" };
		expect(await rowsOf(files, (migrate) => migrate.steps(-1))).toEqual([]);
		expect(await rowsOf(files, (migrate) => migrate.up())).toEqual([5, 10, 15, 20]);
	});
});
