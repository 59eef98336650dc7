import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, godwit, type Outcome, threeMigrations } from "../fixtures/godwit.ts";

const SQL = `CREATE TABLE posts (id INTEGER PRIMARY KEY);

CREATE TABLE tags (id INTEGER PRIMARY KEY);

CREATE TABLE users (id INTEGER PRIMARY KEY);

-- godwit: version 3
`;

interface Place {
	readonly cwd: string;
	/** Runs the command in this folder, on this database. */
	run(...args: readonly string[]): Promise<Outcome>;
}

async function migrated(backend: string): Promise<Place> {
	const cwd = await folderOf(threeMigrations);
	const run: Place["run"] = (...args) => godwit(["-path", "m", "-database", `${backend}://a.db`, ...args], { cwd });
	await run("up");
	return { cwd, run };
}

describe.each(["sqlite-native", "sqlite-wasm", "sqlite-node"])("godwit dump on %s", (backend) => {
	it("prints statements in a stable order, and leaves the database as it is", async () => {
		const { cwd, run } = await migrated(backend);
		const before = await readFile(join(cwd, "a.db"));
		expect(await run("dump")).toEqual({ code: 0, stdout: SQL, stderr: "" });
		expect(await readFile(join(cwd, "a.db"))).toEqual(before);
		expect(await readdir(cwd)).toEqual(["a.db", "m"]);
	});

	it("exits with 4 and the place where the schema differs from a file", async () => {
		const { cwd, run } = await migrated(backend);
		await writeFile(join(cwd, "s.sql"), SQL.replaceAll("\n", "\r\n"));
		expect(await run("dump", "-check", "s.sql")).toEqual({ code: 0, stdout: "", stderr: "" });
		await writeFile(join(cwd, "s.sql"), `\uFEFF${SQL}`);
		expect(await run("dump", "-check", "s.sql")).toEqual({ code: 0, stdout: "", stderr: "" });
		await writeFile(join(cwd, "s.sql"), SQL.replace("TABLE tags (id", "TABLE tags (name, id"));
		const { code, stderr } = await run("dump", "-check", "s.sql");
		expect(code).toBe(4);
		expect(stderr).toContain("s.sql:3: - CREATE TABLE tags (name, id INTEGER PRIMARY KEY);\n");
		expect(stderr).toContain("s.sql:4: + CREATE TABLE tags (id INTEGER PRIMARY KEY);\n");
	});
});

describe("godwit dump", () => {
	it.each(["dump", "dump -check s.sql", "dump -json", "history", "history -json"])(
		"ends with an error for a database that is not there, and makes none: %s",
		async (line) => {
			const cwd = await folderOf({ "s.sql": "" });
			const { code, stderr } = await godwit(["-database", "sqlite://mistyped.db", ...line.split(" ")], { cwd });
			const message = `error: there is no database at ${join(cwd, "mistyped.db")}; look at the path, or let up make it\n`;
			expect({ code, stderr }).toEqual({ code: 1, stderr: message });
			expect(await readdir(cwd)).toEqual(["s.sql"]);
		},
	);

	it.each([
		["-check=m/1_users.up.sql/x dump", "cannot read m/1_users.up.sql/x: m/1_users.up.sql is a file and no folder"],
		["-check=nowhere dump", "cannot read nowhere: there is no such file; write it with dump > nowhere"],
		["-check=m dump", "cannot read m: it is a folder; name the file that dump has written"],
		["-env-file=m/1_users.up.sql/x dump", "cannot read m/1_users.up.sql/x: m/1_users.up.sql is a file and no folder"],
		["-env-file=m dump", "cannot read m: it is a folder"],
		["restore m/1_users.up.sql/x", "cannot read m/1_users.up.sql/x: m/1_users.up.sql is a file and no folder"],
	])("says why a file cannot be read: %s", async (line, message) => {
		const { run } = await migrated("sqlite-native");
		const { code, stderr } = await run(...line.split(" "));
		expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`error: ${message}`) });
	});

	it("prints a document and a diagram", async () => {
		const { run } = await migrated("sqlite-native");
		const document = await run("dump", "-json");
		expect(await run("dump", "-format", "json")).toEqual(document);
		expect(JSON.parse(document.stdout)).toMatchObject({ godwit: 1, version: "3", tables: [{ name: "posts" }, {}, {}] });
		expect((await run("dump", "-format", "mermaid")).stdout).toContain(
			'erDiagram\n  "posts" {\n    INTEGER id PK\n  }\n',
		);
	});

	it("prints the differences as a document", async () => {
		const { cwd, run } = await migrated("sqlite-native");
		await writeFile(join(cwd, "s.sql"), SQL.replace("version 3", "version 2"));
		const { code, stdout } = await run("dump", "-check", "s.sql", "-json");
		expect(code).toBe(4);
		expect(JSON.parse(stdout)).toEqual({
			godwit: 1,
			command: "dump",
			file: "s.sql",
			ok: false,
			empty: false,
			differences: [
				{ at: 7, sign: "-", text: "-- godwit: version 2" },
				{ at: 8, sign: "+", text: "-- godwit: version 3" },
			],
		});
	});

	it("is not content with an empty database, and writes nothing to it", async () => {
		const cwd = await folderOf({ "s.sql": "-- godwit: version none\n", "a.db": "" });
		const { code, stderr } = await godwit(["-database", "sqlite://a.db", "dump", "-check", "s.sql"], { cwd });
		expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining("the database holds nothing") });
		expect(await readdir(cwd)).toEqual(["a.db", "s.sql"]);
		expect(await readFile(join(cwd, "a.db"), "utf8")).toBe("");
	});

	it("refuses two formats at once, a format that it does not know, and a file that is not there", async () => {
		const { run } = await migrated("sqlite-native");
		expect(await run("dump", "-json", "-format", "mermaid")).toMatchObject({
			code: 1,
			stderr: "error: -json and -format mermaid ask for two formats; leave one of them out\n",
		});
		expect(await run("dump", "-format", "dot")).toMatchObject({ code: 2 });
		expect(await run("dump", "-check", "none.sql")).toMatchObject({
			code: 1,
			stderr: "error: cannot read none.sql: there is no such file; write it with dump > none.sql\n",
		});
		expect(await run("dump", "-check", "m")).toMatchObject({
			code: 1,
			stderr: "error: cannot read m: it is a folder; name the file that dump has written\n",
		});
	});
});
