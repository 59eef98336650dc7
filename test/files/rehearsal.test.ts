import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import {
	type Driver,
	isMigrateError,
	Migrate,
	type MigrateEvent,
	type MigrateOptions,
	memorySource,
	type RehearsalReport,
	type RehearseOptions,
} from "@godwit/core";
import BetterSqlite3 from "better-sqlite3";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type BackendName, factoryOf } from "./backends.ts";
import { createPlace, exec, type Place, query } from "./place.ts";

const BINDINGS = ["sqlite-native", "sqlite-wasm", "sqlite-node"] as const;

/** The first is applied on the database, the others are rehearsed. */
const BASE = {
	"1_base.up.sql": `CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE tags (id INTEGER PRIMARY KEY, note INTEGER REFERENCES notes (id) ON DELETE CASCADE);
INSERT INTO notes VALUES (1, 'a'), (2, 'b');
INSERT INTO tags VALUES (1, 1), (2, 2), (3, 2);`,
	"1_base.down.sql": "DROP TABLE tags; DROP TABLE notes;",
};

const REBUILD = {
	"2_rebuild.up.sql": `CREATE TABLE new_notes (id INTEGER PRIMARY KEY, text TEXT, done INTEGER NOT NULL DEFAULT 0);
INSERT INTO new_notes (id, text) SELECT id, text FROM notes;
DROP TABLE notes;
ALTER TABLE new_notes RENAME TO notes;`,
	"2_rebuild.down.sql": "ALTER TABLE notes DROP COLUMN done;",
};

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
});

interface Opening {
	readonly files: Readonly<Record<string, string>>;
	readonly url?: string;
	readonly options?: MigrateOptions;
}

async function open(backend: BackendName, { files, url = "", options = {} }: Opening): Promise<Migrate> {
	const driver: Driver = await factoryOf(backend).open(`sqlite://${place.path}${url}`);
	return new Migrate({ source: memorySource({ ...BASE, ...files }), driver, ...options });
}

/** Applies the first migration, and rehearses the others. */
async function rehearsed(
	backend: BackendName,
	opening: Opening,
	options: RehearseOptions = {},
): Promise<RehearsalReport> {
	await using migrate = await open(backend, opening);
	await migrate.migrate(1);
	return await migrate.rehearse(undefined, options);
}

/** A program that has the database open. */
function openApplication(path: string): Disposable & { exec(sql: string): void } {
	const database = new BetterSqlite3(path);
	return { exec: (sql) => void database.exec(sql), [Symbol.dispose]: () => void database.close() };
}

function rulesOf(report: RehearsalReport): readonly string[] {
	return report.findings.map(({ rule, level }) => `${level} ${rule}`);
}

describe.each(BINDINGS)("a rehearsal on %s", (backend) => {
	it("shows the child rows that a rebuild loses with foreign keys on, and which statement takes them", async () => {
		const report = await rehearsed(backend, { files: REBUILD, url: "?x-foreign-keys=true" });
		expect(report.clean).toBe(false);
		expect(report.findings[0]).toMatchObject({
			...{ rule: "lost-rows", level: "error", table: "tags", location: "2_rebuild.up.sql", line: 3, column: 1 },
			message: expect.stringContaining("tags loses 3 of 3 rows: id = 1; id = 2; id = 3;"),
		});
		expect(report.rows?.tables).toMatchObject([
			{ name: "notes", before: 2, after: 2, lost: 0, changed: 0, added: 0 },
			{ name: "tags", before: 3, after: 0, lost: 3, changed: 0, added: 0 },
		]);
	});

	it("is clean without, tells the change of the schema and that the way back brings everything back", async () => {
		const report = await rehearsed(backend, { files: REBUILD });
		expect(report).toMatchObject({
			...{ clean: true, from: 1n, to: 2n, findings: [], reached: [], gaps: [] },
			migrations: [{ version: 2n, identifier: "rebuild", outcome: "ran", durationMs: expect.any(Number) }],
			down: { ran: true, schemaIsBack: true, rowsAreBack: true, migrations: [{ version: 2n, direction: "down" }] },
		});
		expect(report.schema.changes).toMatchObject([{ change: "changed", kind: "table", name: "notes" }]);
	});

	it("leaves the database and its folder as they were, to the byte", async () => {
		await using migrate = await open(backend, { files: REBUILD });
		await migrate.steps(1);
		const before = readFileSync(place.path);
		await migrate.rehearse();
		expect(readFileSync(place.path).equals(before)).toBe(true);
		expect(place.files()).toEqual(["app.db"]);
	});

	it("goes on beside a virtual table of a module that the library does not have, as dump and doctor do", async () => {
		const made = "CREATE VIRTUAL TABLE r USING nowhere(a)";
		const database = new BetterSqlite3(place.path).unsafeMode(true);
		database.exec(
			`PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('table', 'r', 'r', 0, '${made}'); PRAGMA writable_schema = OFF;`,
		);
		database.close();
		const report = await rehearsed(backend, { files: REBUILD });
		expect(report).toMatchObject({ clean: true, migrations: [{ outcome: "ran" }] });
		expect(report.gaps).toContain("the virtual table r is not looked at: no such module: nowhere");
		await using migrate = await open(backend, { files: REBUILD });
		expect(await migrate.dump("sql")).toContain(`${made};`);
		const { tables } = await migrate.schema();
		expect(tables).toContainEqual({ name: "r", columns: [], foreignKeys: [], uniques: [] });
		expect(await migrate.doctor()).toContainEqual(
			expect.objectContaining({ kind: "not-examined", object: "virtual table r" }),
		);
	});

	it("attaches a copy of a file, and runs no VACUUM INTO", async () => {
		exec(place.of("other.db"), "CREATE TABLE o (x); INSERT INTO o VALUES (1)");
		const before = readFileSync(place.of("other.db"));
		const files = {
			"2_beyond.up.sql": `-- godwit: no-transaction
ATTACH '${place.of("other.db")}' AS other;
UPDATE other.o SET x = 2;
DETACH other;
VACUUM INTO '${place.of("written.db")}';`,
			"3_again.up.sql": `-- godwit: no-transaction
ATTACH '${place.of("other.db")}' AS other;
INSERT INTO notes (text) SELECT x FROM other.o;
DETACH other;`,
		};
		const report = await rehearsed(backend, { files });
		expect(report.clean).toBe(true);
		expect(report.reached.map(({ how }) => how)).toEqual(["copied", "not run", "copied"]);
		expect(report.findings.filter(({ rule }) => rule === "outside")).toMatchObject([
			{ location: "2_beyond.up.sql", line: 2 },
			{ location: "2_beyond.up.sql", line: 5 },
			{ location: "3_again.up.sql", line: 2 },
		]);
		expect(report.rows?.tables[0]).toMatchObject({ name: "notes", added: 1 });
		expect(readFileSync(place.of("other.db")).equals(before)).toBe(true);
		expect(place.files()).toEqual(["app.db", "other.db"]);
	});

	it("names a file that is attached under a computed name as SQLite does", async () => {
		exec(place.of("other.db"), "CREATE TABLE o (x); INSERT INTO o VALUES (1)");
		const attach = `ATTACH '${place.of("other.db")}' AS ('oth'||'er');`;
		const files = { "2_a.up.sql": `-- godwit: no-transaction\n${attach}\nDELETE FROM other.o;\nDETACH other;` };
		const { rows, findings } = await rehearsed(backend, { files });
		expect(rows?.tables.find(({ attached }) => attached !== undefined)).toMatchObject({
			...{ name: "other.o", nameBefore: "other.o", attached: "other", lost: 1 },
		});
		expect(findings.map(({ table }) => table)).toContain("other.o");
	});

	describe("of a file that is attached", () => {
		const beyond = (sql: string, directive = ""): Readonly<Record<string, string>> => ({
			"2_beyond.up.sql": `-- godwit: no-transaction\n${directive}ATTACH '${place.of("other.db")}' AS "Other";\n${sql};\nDETACH "Other";`,
			"2_beyond.down.sql": "SELECT 1;",
		});

		beforeEach(() => {
			exec(
				place.of("other.db"),
				"CREATE TABLE o (id INTEGER PRIMARY KEY, x); INSERT INTO o VALUES (1, 1), (2, 2), (3, 3); CREATE VIRTUAL TABLE words USING fts5(w)",
			);
		});

		it("compares the rows as those of the database", async () => {
			const sql =
				"DELETE FROM other.o WHERE id = 1; UPDATE other.o SET x = 5 WHERE id = 2; INSERT INTO other.o VALUES (9, 9)";
			const report = await rehearsed(backend, { files: beyond(sql) });
			expect(report.rows?.tables.at(-1)).toMatchObject({
				...{ name: "Other.o", nameBefore: "Other.o", attached: "Other", before: 3, after: 3 },
				...{ lost: 1, changed: 1, added: 1, samples: { lost: ["id = 1"], changed: ["id = 2"] } },
			});
			expect(report).toMatchObject({ clean: false, down: { rowsAreBack: false } });
			expect(report.findings[0]).toMatchObject({
				...{ rule: "lost-rows", level: "error", table: "Other.o" },
				message: expect.stringContaining("allow it with -allow-loss Other.o"),
			});
			expect(report.gaps).toContain(`${place.of("other.db")}: the rows of the virtual table words are not compared`);
			expect(place.files()).toEqual(["app.db", "other.db"]);
		});

		it("may lose rows when the file that attaches it says so", async () => {
			const report = await rehearsed(backend, {
				files: beyond("DELETE FROM other.o", "-- godwit: allow lost-rows\n"),
			});
			expect(report).toMatchObject({ clean: true });
			expect(report.findings).toContainEqual(expect.objectContaining({ rule: "lost-rows", level: "note" }));
		});
	});

	it("says of a virtual table, also a new one, that it does not compare it", async () => {
		const files = {
			"2_words.up.sql": "CREATE VIRTUAL TABLE words USING fts5(w); INSERT INTO words VALUES ('a');",
			"2_words.down.sql": "DROP TABLE words;",
		};
		const report = await rehearsed(backend, { files });
		expect(report.gaps).toContain("the rows of the virtual table words are not compared");
	});

	it("tells where a file fails, and what it would have reached by a URI", async () => {
		const failing = await rehearsed(backend, { files: { "2_x.up.sql": "SELECT 1;\n  SELECT * FROM missing;" } });
		expect(failing).toMatchObject({ clean: false, to: 1n, migrations: [{ outcome: "failed" }] });
		expect(failing.findings[0]).toMatchObject({
			...{ rule: "fails", location: "2_x.up.sql", line: 2, column: 3, message: expect.stringContaining("missing") },
		});
		const sql = "-- godwit: no-transaction\nATTACH 'file:other.db?mode=ro' AS other;";
		const byUri = await rehearsed(backend, { files: { "2_x.up.sql": sql } });
		expect(byUri.findings[0]).toMatchObject({ rule: "not-rehearsed", level: "error", line: 2 });
		expect(place.files()).toEqual(["app.db"]);
	});

	it("stops an up before it changes anything, under one lock, and lets one go on that is clean", async () => {
		const events: MigrateEvent["type"][] = [];
		const options = { rehearse: true, onEvent: (event: MigrateEvent) => events.push(event.type) };
		const opening = { files: REBUILD, options };
		{
			await using first = await open(backend, { files: {} });
			await first.up();
		}
		{
			await using migrate = await open(backend, { ...opening, url: "?x-foreign-keys=true" });
			const error = await migrate.up().catch((reason: unknown) => reason);
			if (!isMigrateError(error, "ERR_REHEARSAL")) throw error;
			expect(error.details.findings).toMatchObject([{ rule: "lost-rows", table: "tags" }]);
			expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
		}
		expect(query(place.path, "SELECT count(*) FROM tags")).toEqual([[3]]);
		expect(events.filter((type) => type !== "notice")).toEqual(["locked", "rehearsing", "rehearsing", "rehearsal"]);
		events.length = 0;
		await using migrate = await open(backend, opening);
		await migrate.up();
		expect(events.filter((type) => type !== "notice" && type !== "progress")).toEqual([
			...["locked", "rehearsing", "rehearsing", "rehearsal", "start", "end", "unlocked"],
		]);
		expect(query(place.path, "SELECT count(*) FROM tags")).toEqual([[3]]);
		expect(place.files()).toEqual(["app.db"]);
	});

	it("permits what the option, the file or the statement allows", async () => {
		const url = "?x-foreign-keys=true";
		const up = REBUILD["2_rebuild.up.sql"];
		const byOption = await rehearsed(backend, { files: REBUILD, url }, { allowLoss: ["TAGS"] });
		const byFile = await rehearsed(backend, {
			...{ files: { ...REBUILD, "2_rebuild.up.sql": `-- godwit: allow lost-rows\n${up}` }, url },
		});
		const byStatement = await rehearsed(backend, {
			...{ files: { ...REBUILD, "2_rebuild.up.sql": up.replace("DROP", "-- godwit: allow lost-rows\nDROP") }, url },
		});
		for (const report of [byOption, byFile, byStatement]) {
			expect(rulesOf(report)).toEqual(["warning down-loses-rows", "note lost-rows"]);
			expect(report.clean).toBe(true);
		}
	});

	it("rehearses on a database that is not there yet, and makes none", async () => {
		await using migrate = await open(backend, { files: REBUILD });
		expect(await migrate.rehearse(1)).toMatchObject({ clean: true, migrations: [{ version: 1n, outcome: "ran" }] });
		expect(existsSync(place.path)).toBe(false);
		expect(place.files()).toEqual([]);
	});
});

describe.each(["sqlite-native", "sqlite-node"] as const)(
	"a rehearsal that is read without a lock, on %s",
	(backend) => {
		it("leaves a write-ahead log that a dead program left as it is, and sees what is in it", async () => {
			const left = [place.path, `${place.path}-wal`];
			{
				using other = createPlace();
				await using migrate = await open(backend, { files: {} });
				await migrate.up();
				exec(place.path, "PRAGMA journal_mode = wal");
				using application = openApplication(place.path);
				application.exec("INSERT INTO notes VALUES (3, 'c')");
				for (const file of left) copyFileSync(file, other.of(basename(file)));
				application[Symbol.dispose]();
				for (const file of left) copyFileSync(other.of(basename(file)), file);
			}
			const before = left.map((file) => readFileSync(file));
			await using migrate = await open(backend, { files: REBUILD });
			const { rows } = await migrate.rehearse();
			expect(rows?.tables[0]).toMatchObject({ name: "notes", before: 3, after: 3, lost: 0 });
			expect(left.every((file, at) => before[at]?.equals(readFileSync(file)))).toBe(true);
		});
	},
);

describe("the copy of a rehearsal", () => {
	it("is for its user alone, and in the folder that was named", async () => {
		const directory = place.of("copies");
		mkdirSync(directory);
		await using driver = await factoryOf("sqlite-native").open(`sqlite://${place.path}`);
		exec(place.path, "CREATE TABLE t (x)");
		const copy = await driver.rehearsal?.({ directory });
		const [folder = ""] = readdirSync(directory);
		expect(folder).toMatch(/^app\.db\.rehearsal-/);
		const modes = ["", "/after.db", "/before.db"].map((name) => statSync(`${directory}/${folder}${name}`).mode & 0o777);
		expect(modes).toEqual([0o700, 0o600, 0o600]);
		await copy?.remove();
		expect(readdirSync(directory)).toEqual([]);
	});

	it("is removed by the next one when its process was killed, and not before", async () => {
		exec(place.path, "CREATE TABLE t (x)");
		const program = `const { sqliteNative } = await import("@godwit/sqlite-native");
const driver = await sqliteNative.open(${JSON.stringify(`sqlite://${place.path}`)});
await driver.rehearsal();
console.log("made");
setInterval(() => {}, 1000);`;
		const child = spawn(process.execPath, ["--input-type=module", "-e", program], { cwd: import.meta.dirname });
		await once(child.stdout, "data");
		await using driver = await factoryOf("sqlite-native").open(`sqlite://${place.path}`);
		const [left] = place.files().filter((name) => name !== "app.db");
		await (await driver.rehearsal?.())?.remove();
		expect(place.files()).toEqual(["app.db", left]);
		const ended = once(child, "exit");
		child.kill("SIGKILL");
		await ended;
		await (await driver.rehearsal?.())?.remove();
		expect(place.files()).toEqual(["app.db"]);
	});

	it("is not made of a database in memory", async () => {
		await using driver = await factoryOf("sqlite-native").open("sqlite://:memory:");
		const error = await driver.rehearsal?.().catch((reason: unknown) => reason);
		expect(isMigrateError(error, "ERR_UNSUPPORTED")).toBe(true);
	});
});
