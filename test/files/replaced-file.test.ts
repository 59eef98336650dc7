import { copyFileSync, renameSync, rmSync } from "node:fs";
import { Migrate, memorySource } from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import BetterSqlite3 from "better-sqlite3";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type BackendName, NATIVE } from "./backends.ts";
import { GATE } from "./gate.ts";
import { createPlace, exec, integrity, type Place, query } from "./place.ts";
import { startRunner } from "./runner.ts";

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
});

const FILES = {
	"1_a.up.sql": "CREATE TABLE a (x);",
	"2_b.up.sql": `${GATE}CREATE TABLE b (x);`,
	"3_c.up.sql": "CREATE TABLE c (x);",
};

const CHANGES = {
	"was removed or renamed": (path: string) => rmSync(path),
	"another file was put in the place": (path: string) => renameSync(place.of("new.db"), path),
};

type Change = keyof typeof CHANGES;

/** The backends and journals where SQLite itself does not look for the file. */
const RUNS = [...NATIVE, "sqlite-wasm" as const].flatMap((backend: BackendName) =>
	(Object.keys(CHANGES) as Change[]).flatMap((change) =>
		["", "x-no-tx-wrap=true"].map((options) => ({ backend, change, options })),
	),
);

describe("a file that is taken away in the midst of a run", () => {
	it.each(RUNS)("ends it, as $change, on $backend $options", async ({ backend, change, options }) => {
		const mode = backend === "sqlite-wasm" ? "" : "PRAGMA journal_mode = WAL;";
		exec(place.path, `${mode} CREATE TABLE t (x);`);
		copyFileSync(place.path, place.of("new.db"));
		exec(place.of("new.db"), "CREATE TABLE restored (x);");
		await using runner = await startRunner();
		const run = runner.run({ backend, path: place.path, options, files: FILES });
		await runner.atGate();
		CHANGES[change](place.path);
		runner.go();
		expect(await run).toMatchObject({ code: "ERR_LOCK_LOST", message: expect.stringContaining(change) });
	});

	it.each(NATIVE)("ends it, as one that was attached, on %s", async (backend) => {
		const other = place.of("other.db");
		for (const path of [place.path, other]) exec(path, "PRAGMA journal_mode = WAL; CREATE TABLE t (x);");
		copyFileSync(other, place.of("new.db"));
		await using runner = await startRunner();
		const files = { "1_a.up.sql": `ATTACH '${other}' AS o; INSERT INTO o.t VALUES (1);\n${GATE}` };
		const run = runner.run({ backend, path: place.path, files });
		await runner.atGate();
		renameSync(place.of("new.db"), other);
		runner.go();
		expect(await run).toMatchObject({
			code: "ERR_LOCK_LOST",
			message: expect.stringContaining(`another file was put in the place of ${other}`),
		});
		expect(query(place.path, "SELECT count(*) FROM t")).toEqual([[0]]);
	});

	it("is no longer looked for once it is detached", async () => {
		const other = place.of("other.db");
		for (const path of [place.path, other]) exec(path, "CREATE TABLE t (x);");
		await using runner = await startRunner();
		const files = {
			"1_a.up.sql": `ATTACH '${other}' AS o; INSERT INTO t SELECT count(*) FROM o.t;`,
			"2_b.up.sql": `${GATE}INSERT INTO t VALUES (1);`,
		};
		const run = runner.run({ backend: "sqlite-native", path: place.path, files });
		await runner.atGate();
		rmSync(other);
		runner.go();
		expect(await run).toMatchObject({ applied: 2 });
	});
});

describe("a lent connection whose file is replaced", () => {
	it.each(["in the midst of a run", "between two runs"])("commits nothing to the old one, %s", async (when) => {
		exec(place.path, "PRAGMA journal_mode = WAL; CREATE TABLE t (x);");
		exec(place.of("new.db"), "PRAGMA journal_mode = WAL; CREATE TABLE restored (x);");
		const database = new BetterSqlite3(place.path);
		onTestFinished(() => void database.close());
		const replace = (): void => renameSync(place.of("new.db"), place.path);
		const migrate = new Migrate({
			source: memorySource({ "1_a.up.sql": "CREATE TABLE a (x);", "2_b.up.sql": "CREATE TABLE b (x);" }),
			driver: sqliteNative.withInstance(database),
			onEvent: (event) => {
				if (when === "in the midst of a run" && event.type === "start" && event.migration.version === 2n) replace();
			},
		});
		await migrate.steps(1).catch(() => {});
		if (when === "between two runs") replace();
		await expect(migrate.up()).rejects.toThrow(`another file was put in the place of ${place.path}`);
		expect(database.pragma("foreign_keys", { simple: true })).toBe(1);
		await migrate.close().catch(() => {});
	});
});

describe("a file that is replaced after the last migration", () => {
	it("is said, since what was applied is in the old one", async () => {
		exec(place.path, "PRAGMA journal_mode = WAL; CREATE TABLE t (x);");
		exec(place.of("new.db"), "CREATE TABLE restored (x);");
		const driver = await sqliteNative.open(`sqlite-native://${place.path}`);
		await using migrate = new Migrate({
			source: memorySource({ "1_a.up.sql": "CREATE TABLE a (x);" }),
			driver,
			onEvent: ({ type }) => void (type === "end" && renameSync(place.of("new.db"), place.path)),
		});
		await expect(migrate.up()).rejects.toThrow(`another file was put in the place of ${place.path}`);
		await migrate.close().catch(() => {});
		expect(integrity(place.path)).toBe("ok");
	});
});
