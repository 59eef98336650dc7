import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import lineSchema from "../../schemas/line.schema.json" with { type: "json" };
import statusSchema from "../../schemas/status.schema.json" with { type: "json" };
import { folderOf, godwit, type Outcome, threeMigrations } from "../fixtures/godwit.ts";

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, formats: { "date-time": true } });
const validLine = ajv.addSchema(statusSchema).compile(lineSchema);

interface Place {
	readonly cwd: string;
	/** Runs the command in this folder, on this database. */
	run(...args: readonly string[]): Promise<Outcome>;
	/** The names of the backups. */
	backups(): Promise<readonly string[]>;
}

async function placeOf(): Promise<Place> {
	const cwd = await folderOf(threeMigrations);
	return {
		cwd,
		run: (...args) => godwit(["-path", "m", "-database", "sqlite-node://a.db", ...args], { cwd }),
		backups: async () => (await readdir(cwd)).filter((name) => name.includes("backup")),
	};
}

function lines(stdout: string): readonly Readonly<Record<string, unknown>>[] {
	return stdout
		.trimEnd()
		.split("\n")
		.map((text) => {
			const line = JSON.parse(text) as Readonly<Record<string, unknown>>;
			expect(validLine(line), `${text}\n${ajv.errorsText(validLine.errors)}`).toBe(true);
			return line;
		});
}

describe("godwit up -backup", () => {
	it("makes a backup before the first migration, and none when there is nothing to run", async () => {
		const { run, backups } = await placeOf();
		await run("up", "1");
		const { code, stderr } = await run("up", "-backup");
		expect(code).toBe(0);
		expect(stderr).toMatch(/^backup: .*a\.db\.v1\.\d{8}T\d{9}Z\.backup \(.* kB, .*\)\n2\/u posts .*\n3\/u tags .*\n$/);
		await run("up", "-backup");
		expect(await backups()).toEqual([expect.stringMatching(/^a\.db\.v1\./)]);
	});

	it("tells of it in a line of JSON, and takes another folder", async () => {
		const { run, backups } = await placeOf();
		await run("up", "1");
		const { stdout } = await run("-json", "up", "1", "-backup-dir", "m");
		const made = lines(stdout).filter(({ type }) => type === "backup");
		expect(made).toEqual([expect.objectContaining({ removed: [] })]);
		expect(made[0]?.path).toMatch(/\/m\/a\.db\.[0-9a-z]{10}\.v1\./);
		expect(await backups()).toEqual([]);
	});

	it.each([
		[["up", "-keep", "2"], "-keep says how many backups stay; add -backup"],
		[["up", "-backup", "-keep", "0"], "it must be a whole number, 1 or more"],
		[["backup", "-keep", "0"], "it must be a whole number, 1 or more"],
		[["backup", "-keep", "-1"], "it must be a whole number, 1 or more"],
	])("refuses %j", async (args, message) => {
		const { run } = await placeOf();
		expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
	});

	it("runs nothing when the backup cannot be made", async () => {
		const { run } = await placeOf();
		await run("up", "1");
		const { code, stderr } = await run("up", "-backup-dir", "gone");
		expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("there is no folder") });
		expect((await run("version")).stdout).toBe("1\n");
	});
});

describe("godwit backup and restore", () => {
	it("say so when no event of the restore is written, as into a database without a history", async () => {
		const { cwd, run, backups } = await placeOf();
		const database = new DatabaseSync(join(cwd, "a.db"));
		database.exec("CREATE TABLE t (a)");
		database.close();
		await run("backup");
		const [name = ""] = await backups();
		expect((await run("restore", name, "-f")).stderr).toBe(
			`restored ${name}; the database is without any migration; no event of this restore is in its history\n`,
		);
		expect((await run("history")).stdout).toBe("");
	});

	it("print the path, and bring the database back", async () => {
		const { run, backups } = await placeOf();
		await run("up", "1");
		const { code, stdout } = await run("backup");
		expect(code).toBe(0);
		const [name = ""] = await backups();
		expect(stdout.trimEnd().endsWith(`/${name}`)).toBe(true);
		await run("up");
		expect(await run("restore", name, "-f")).toEqual({
			code: 0,
			stdout: "",
			stderr: `restored ${name}; the database is at version 1\n`,
		});
		expect((await run("history")).stdout).toContain(`restore 1`);
		const [result] = lines((await run("restore", name, "-f", "-swap", "-json")).stdout).slice(-1);
		expect(result).toMatchObject({ type: "result", file: name, version: "1", dirty: false });
		expect(lines((await run("history", "-json")).stdout).at(-1)).toMatchObject({ op: "restore" });
		expect(lines((await run("backup", "-json")).stdout).at(-1)).toMatchObject({ type: "result", removed: [] });
	});

	it("name the older backups that were deleted", async () => {
		const { cwd, run, backups } = await placeOf();
		await run("up", "1");
		await run("backup");
		const [first = ""] = await backups();
		const { stdout, stderr } = await run("backup", "-keep", "1");
		const [second = ""] = await backups();
		expect({ stdout, stderr }).toEqual({
			stdout: `${join(cwd, second)}\n`,
			stderr: `removed the older backup ${join(cwd, first)}\n`,
		});
		const said = (await run("up", "1", "-backup", "-keep", "1")).stderr.split("\n");
		expect(said.slice(0, 2)).toEqual([
			expect.stringMatching(/^backup: /),
			`removed the older backup ${join(cwd, second)}`,
		]);
	});

	it("asks, and wants the name of a file", async () => {
		const { run, backups } = await placeOf();
		await run("up");
		await run("backup");
		const [name = ""] = await backups();
		const { code, stderr } = await run("restore", name);
		expect({ code, stderr }).toEqual({
			code: 1,
			stderr: "error: Aborted the restore: there is no terminal to ask on; add -f to go on without asking\n",
		});
		expect(await run("restore", "-f")).toMatchObject({
			code: 1,
			stderr: "error: please name the backup: restore FILE\n",
		});
	});

	it("looks for the file before it asks", async () => {
		const { run } = await placeOf();
		await run("up");
		expect(await run("restore", "none.backup")).toMatchObject({
			code: 1,
			stderr: expect.stringMatching(/^error: there is no file .*none\.backup; look at the path\n$/),
		});
		expect(await run("restore", "m")).toMatchObject({
			code: 1,
			stderr: expect.stringMatching(/^error: .*m is not a file; name the backup itself\n$/),
		});
	});

	it.each(["postgres://127.0.0.1:1/app", "pglite://none"])(
		"says what to use instead for %s, before it looks for a file, asks or makes anything",
		async (database) => {
			const cwd = await folderOf({});
			for (const flags of [[], ["-f"]]) {
				const [scheme] = database.split(":");
				expect(await godwit(["-database", database, "restore", "none.backup", ...flags], { cwd })).toMatchObject({
					code: 1,
					stderr: `error: the driver of ${scheme}:// cannot restore a backup; use the database's own tool, such as pg_restore\n`,
				});
			}
			expect(await readdir(cwd)).toEqual([]);
		},
	);

	it("does not restore a protected database without its name", async () => {
		const { cwd, run, backups } = await placeOf();
		await run("up");
		await run("backup");
		const [name = ""] = await backups();
		const { writeFile } = await import("node:fs/promises");
		await writeFile(join(cwd, "package.json"), "{}");
		const config = { environments: { production: { database: "sqlite-node://a.db", protected: true } } };
		await writeFile(join(cwd, "godwit.config.json"), JSON.stringify(config));
		expect(await run("restore", name, "-f")).toMatchObject({
			code: 1,
			stderr: expect.stringContaining("-confirm production"),
		});
		expect(await run("restore", name, "-f", "-confirm", "production")).toMatchObject({ code: 0 });
	});
});

describe("-backup-dir", () => {
	it.each(["up", "goto 2", "backup"])("of a file is refused before anything is done: %s", async (command) => {
		const { cwd, run } = await placeOf();
		await run("up", "1");
		const before = await readdir(cwd);
		for (const place of ["m/1_users.up.sql", "m/1_users.up.sql/x"]) {
			const what = place.endsWith("x") ? "m/1_users.up.sql" : "it";
			const message = `error: cannot make a backup in ${place}: ${what} is a file and no folder; name a folder\n`;
			const outcome = await run(...command.split(" "), "-backup-dir", place);
			expect(outcome).toEqual({ code: 1, stdout: "", stderr: message });
		}
		expect(await readdir(cwd)).toEqual(before);
		expect((await run("version")).stdout).toBe("1\n");
	});
});
