import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import lineSchema from "../../schemas/line.schema.json" with { type: "json" };
import rehearseSchema from "../../schemas/rehearse.schema.json" with { type: "json" };
import statusSchema from "../../schemas/status.schema.json" with { type: "json" };
import { folderOf, godwit, type Outcome, withoutTimes } from "../fixtures/godwit.ts";

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, formats: { "date-time": true } });
const validDocument = ajv.addSchema(statusSchema).compile(rehearseSchema);
const validLine = ajv.compile(lineSchema);

const files = {
	"m/1_notes.up.sql": `CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT);
CREATE TABLE tags (id INTEGER PRIMARY KEY, note INTEGER REFERENCES notes (id) ON DELETE CASCADE);
INSERT INTO notes VALUES (1, 'a'), (2, 'b');
INSERT INTO tags VALUES (1, 1), (2, 2);`,
	"m/2_rebuild.up.sql": `CREATE TABLE new (id INTEGER PRIMARY KEY, title TEXT, done INTEGER);
INSERT INTO new (id, title) SELECT id, title FROM notes;
DROP TABLE notes;
ALTER TABLE new RENAME TO notes;`,
	"m/2_rebuild.down.sql": "ALTER TABLE notes DROP COLUMN done;",
};

interface Place {
	readonly cwd: string;
	/** Runs the command with foreign keys enforced, so that the rebuild loses child rows. */
	losing(...args: readonly string[]): Promise<Outcome>;
	keeping(...args: readonly string[]): Promise<Outcome>;
}

/** A folder with a database at version 1. */
async function placeOf(): Promise<Place> {
	const cwd = await folderOf(files);
	const flags = ["-path", "m", "-database"];
	const keeping: Place["keeping"] = (...args) => godwit([...flags, "sqlite-node://a.db", ...args], { cwd });
	await keeping("up", "1");
	const losing: Place["losing"] = (...args) =>
		godwit([...flags, "sqlite-node://a.db?x-foreign-keys=true", ...args], { cwd });
	return { cwd, losing, keeping };
}

describe("godwit rehearse", () => {
	it("keeps a value of a row on its line, where it would be a command to the reader of a log", async () => {
		const cwd = await folderOf({
			"m/1_a.up.sql":
				"CREATE TABLE a (k TEXT PRIMARY KEY); INSERT INTO a VALUES ('k' || char(10) || '::error::x' || char(0x202e));",
			"m/2_b.up.sql": "DELETE FROM a WHERE k <> '';",
		});
		const run = (...args: readonly string[]): Promise<Outcome> =>
			godwit(["-path", "m", "-database", "sqlite-node://a.db", ...args], { cwd });
		await run("up", "1");
		const { code, stdout } = await run("rehearse");
		expect(code).toBe(4);
		expect(stdout).toContain("lost-rows");
		expect(stdout).toContain("::error::x");
		expect(stdout).not.toMatch(/^\s*::|\u202e/m);
	});

	it("shows the child rows that a rebuild would lose, the verdict first, and exits with 4", async () => {
		const { cwd, losing } = await placeOf();
		const before = await readFile(join(cwd, "a.db"));
		const { code, stdout, stderr } = await losing("rehearse");
		expect({ code, stderr }).toEqual({ code: 4, stderr: "" });
		expect(
			withoutTimes(stdout),
		).toBe(`not clean: 1 migration of 1 ran on a copy; 1 error, 1 warning, 0 notes; the database was not changed
m/2_rebuild.up.sql:3:1  error lost-rows: tags loses 2 of 2 rows: id = 1; id = 2; if that is meant, add the line "-- godwit: allow lost-rows" to the file, or allow it with -allow-loss tags
warning down-loses-rows: after up and down the rows are not as before: tags has 2 lost
2/u rebuild (TIME)
    ~ table notes
    TABLE  BEFORE  AFTER  LOST  CHANGED  ADDED
    tags   2       0      2     0        0
    the rows of the other 1 table are as before
foreign keys ok, integrity ok; down brings the schema back, and not all rows
24.6 kB before, 28.7 kB after (TIME, the copy TIME)
`);
		expect((await readFile(join(cwd, "a.db"))).equals(before)).toBe(true);
		expect(await readdir(cwd)).toEqual(["a.db", "m"]);
	});

	it("exits with 0 when it is clean, when the loss is allowed, and when there is nothing to run", async () => {
		const { losing, keeping } = await placeOf();
		const clean = await keeping("rehearse");
		expect(clean).toMatchObject({ code: 0, stdout: expect.stringMatching(/^clean: 1 migration of 1 ran on a copy;/) });
		expect(await losing("rehearse", "-allow-loss", "notes,tags")).toMatchObject({
			...{ code: 0, stdout: expect.stringContaining("note lost-rows: tags loses 2 of 2 rows") },
		});
		await keeping("up");
		expect(await keeping("rehearse")).toMatchObject({ code: 0, stdout: "clean: nothing to run\n" });
	});

	it("prints a document of its schema", async () => {
		const { losing, keeping } = await placeOf();
		for (const run of [losing, keeping]) {
			const { stdout } = await run("rehearse", "-json");
			expect(validDocument(JSON.parse(stdout)), ajv.errorsText(validDocument.errors)).toBe(true);
		}
		const { stdout } = await losing("-json", "rehearse", "1");
		expect(JSON.parse(stdout)).toMatchObject({
			...{ godwit: 1, command: "rehearse", database: "sqlite-node://a.db", ok: false, from: "1", to: "2" },
			findings: [{ rule: "lost-rows", table: "tags", line: 3 }, { rule: "down-loses-rows" }],
			tables: [{ name: "notes" }, { name: "tags", lost: 2, samples: { lost: ["id = 1", "id = 2"] } }],
			down: { ran: true, schemaIsBack: true, rowsAreBack: false },
		});
	});

	it("refuses what it cannot do", async () => {
		const { cwd, keeping } = await placeOf();
		await writeFile(join(cwd, "mine.txt"), "mine");
		const refusals = [
			[["rehearse", "-html", "a.db"], 1, "a.db is there and is no page"],
			[["rehearse", "-html", "mine.txt"], 1, "mine.txt is there and is no page"],
			[
				["rehearse", "-html", "nowhere/page.html"],
				1,
				"cannot write the page nowhere/page.html: there is no folder nowhere; make it first",
			],
			[
				["rehearse", "-html", "mine.txt/page.html"],
				1,
				"cannot write the page mine.txt/page.html: mine.txt is a file and no folder; name",
			],
			[["rehearse", "-html", "m"], 1, "cannot write the page m: it is a folder; name another file with -html"],
			[["rehearse", "-copy-dir", "nowhere"], 1, "there is no folder"],
			[["rehearse", "x"], 1, "can't read limit argument N"],
			[["rehearse", "-allow-loss", "a,,b"], 2, "a name between two commas is empty"],
			[["rehearse", "-html", ""], 1, "-html is empty"],
			[["up", "-html", "page.html"], 2, "-html is about a rehearsal; add -rehearse"],
		] as const;
		for (const [args, code, message] of refusals) {
			expect(await keeping(...args)).toMatchObject({ code, stderr: expect.stringContaining(message) });
		}
		expect(await readFile(join(cwd, "mine.txt"), "utf8")).toBe("mine");
		expect(await keeping("version")).toMatchObject({ stdout: "1\n" });
	});

	it("says plainly that a database in memory cannot be rehearsed on", async () => {
		const cwd = await folderOf(files);
		const { code, stderr } = await godwit(["-path", "m", "-database", "sqlite-node://:memory:", "rehearse"], { cwd });
		expect({ code, stderr }).toEqual({
			code: 1,
			stderr: expect.stringContaining("is in memory, and has no file to copy"),
		});
	});
});

describe("godwit up -rehearse", () => {
	it("changes nothing when the rehearsal is not clean, and exits with 4", async () => {
		const { losing } = await placeOf();
		const { code, stdout, stderr } = await losing("up", "-rehearse");
		expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
		expect(stderr).toMatch(
			/^not clean: .*error lost-rows: tags loses.*error: the rehearsal was not clean; nothing was changed\n$/s,
		);
		expect(await losing("version")).toMatchObject({ stdout: "1\n" });
	});

	it("goes on when it is clean, and writes its page", async () => {
		const { cwd, keeping } = await placeOf();
		const { code, stderr } = await keeping("up", "-rehearse", "-html", "page.html");
		expect(code).toBe(0);
		expect(withoutTimes(stderr)).toMatch(/^clean: .*\n2\/u rebuild \(TIME\)\n$/s);
		expect(await keeping("version")).toMatchObject({ stdout: "2\n" });
		expect(await readdir(cwd)).toEqual(["a.db", "m", "page.html"]);
	});

	it("prints lines of JSON of their schema", async () => {
		const { losing } = await placeOf();
		const { stdout } = await losing("-json", "up", "-rehearse");
		const lines = stdout
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		for (const line of lines) expect(validLine(line), ajv.errorsText(validLine.errors)).toBe(true);
		expect(lines.map(({ type }) => type)).toEqual(["locked", "rehearsal", "error"]);
		expect(lines.at(-1)).toMatchObject({ code: "ERR_REHEARSAL", details: { findings: [{ rule: "lost-rows" }] } });
	});
});
