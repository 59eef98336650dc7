import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, godwit, type Outcome } from "../fixtures/godwit.ts";

async function create(cwd: string, ...args: readonly string[]): Promise<Outcome> {
	return godwit(["create", ...args], { cwd });
}

/** Runs `create` in a folder that holds empty files of these names. */
async function createAmong(names: readonly string[], ...args: readonly string[]): Promise<Outcome> {
	const cwd = await folderOf(Object.fromEntries(names.map((name) => [name, ""])));
	return create(cwd, ...args);
}

describe("godwit create", () => {
	it("creates an up and a down file named by the time in UTC, and prints their absolute paths", async () => {
		const cwd = await folderOf({});
		const before = stamp(new Date());
		const { code, stdout, stderr } = await create(cwd, "-ext", "sql", "add users");
		const after = stamp(new Date());
		const [version = ""] = (await readdir(cwd))[0]?.split("_") ?? [];
		expect(stdout).toBe(`${join(cwd, `${version}_add users.up.sql`)}\n${join(cwd, `${version}_add users.down.sql`)}\n`);
		expect(version >= before && version <= after).toBe(true);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(await readFile(join(cwd, `${version}_add users.up.sql`), "utf8")).toBe("");
	});

	it("creates the folder, and takes the extension with or without its dot", async () => {
		const cwd = await folderOf({});
		expect((await create(cwd, "-ext", ".sql", "-dir", "a/b", "-seq", "init")).code).toBe(0);
		expect(await readdir(join(cwd, "a/b"))).toEqual(["000001_init.down.sql", "000001_init.up.sql"]);
	});

	it("creates in the folder of -path, unless -dir names one", async () => {
		const cwd = await folderOf({ "m/1_a.up.sql": "" });
		const { stdout } = await create(cwd, "-path", "m", "-ext", "sql", "-seq", "b");
		expect(stdout).toBe(`${join(cwd, "m/000002_b.up.sql")}\n${join(cwd, "m/000002_b.down.sql")}\n`);
		expect((await create(cwd, "-path", "m", "-dir", "n", "-ext", "sql", "-seq", "b")).code).toBe(0);
		expect(await readdir(join(cwd, "n"))).toEqual(["000001_b.down.sql", "000001_b.up.sql"]);
	});

	it("creates in the folder of a file -source, and refuses any other", async () => {
		const cwd = await folderOf({ "m n/1_a.up.sql": "" });
		const { stdout } = await create(cwd, "-source", "file://m%20n", "-ext", "sql", "-seq", "b");
		expect(stdout).toBe(`${join(cwd, "m n/000002_b.up.sql")}\n${join(cwd, "m n/000002_b.down.sql")}\n`);
		const refused = await create(cwd, "-source", "github://user:secret@owner/repo", "-ext", "sql", "b");
		expect(refused).toMatchObject({
			code: 1,
			stdout: "",
			stderr: expect.stringContaining("name the folder with -path"),
		});
		expect(refused.stderr).not.toContain("secret");
		expect((await create(cwd, "-source", "file://m?x=1", "-ext", "sql", "b")).code).toBe(1);
		expect(await readdir(cwd)).toEqual(["m n"]);
	});

	it("gives each of six processes at once a number of its own", async () => {
		const cwd = await folderOf({ "3_a.up.sql": "" });
		const names = ["u", "v", "w", "x", "y", "z"];
		const outcomes = await Promise.all(names.map((name) => create(cwd, "-ext", "sql", "-seq", name)));
		expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual(names.map(() => ({ code: 0, stderr: "" })));
		const ups = (await readdir(cwd)).filter((name) => name.endsWith(".up.sql"));
		expect(ups.map((name) => Number.parseInt(name, 10)).sort()).toEqual([3, 4, 5, 6, 7, 8, 9]);
		expect(await readdir(cwd)).toHaveLength(13);
	});

	it("goes on from the highest number, however it is padded", async () => {
		const names = ["9_a.up.sql", "10_b.up.cql", "notes.txt", "99_notes.txt", ".98_hidden.up.sql"];
		const { stdout } = await createAmong(names, "-ext", "sql", "-seq", "-digits", "2", "c");
		expect(stdout).toMatch(/\/11_c\.up\.sql\n.*\/11_c\.down\.sql\n$/);
	});

	it("takes flags after the name", async () => {
		const { stdout } = await createAmong([], "c", "-seq", "-ext=sql", "--digits", "3");
		expect(stdout).toMatch(/\/001_c\.up\.sql\n/);
	});

	it.each([
		{ format: "unix", pattern: /\/[0-9]{10}_a\.up\.sql\n/ },
		{ format: "unixNano", pattern: /\/[0-9]{19}_a\.up\.sql\n/ },
		{ format: "2006", pattern: /\/20[0-9]{2}_a\.up\.sql\n/ },
	])("takes the version from -format $format", async ({ format, pattern }) => {
		const { code, stdout } = await createAmong([], "-ext", "sql", "-format", format, "-tz", "Asia/Tokyo", "a");
		expect(stdout).toMatch(pattern);
		expect(code).toBe(0);
	});

	it.each([
		{ args: [], error: "please specify name" },
		{ args: ["-ext", "sql"], error: "please specify name" },
		{ args: ["a"], error: "-ext flag must be specified" },
		{
			args: ["-ext", "sql", "a", "b"],
			error: 'too many arguments: create takes one, and "b" is left over; a name of several words is written in quotes',
		},
		{
			args: ["-ext", "sql", ""],
			error: 'the name "" is empty; name the migration after what it does, as in add_users',
		},
		{
			args: ["-ext", "sql", "  "],
			error: 'the name "  " is empty; name the migration after what it does, as in add_users',
		},
		{ args: ["-ext", "sql", "a\\b"], error: '"a\\b" cannot be part of a file name; name the folder with -dir' },
		{
			args: ["-ext", "sq\rl", "a"],
			error: 'the extension has the control character "\\r" at character 3; take it out',
		},
		{
			args: ["-ext", "sql", "-dir", "new\r", "a"],
			error: 'the folder has the control character "\\r" at its end; take it out',
		},
		{
			args: ["-ext", "sql", "-path", "new\n", "a"],
			error: 'the folder has the control character "\\n" at its end; take it out',
		},
		{
			args: ["-ext", "sql", "-path", "file://new", "a"],
			error: "a folder is not a URL; name its path, or write ./ before a folder that is called file://new",
		},
		{
			args: ["-ext", "sql", "-seq", "-format", "unix", "a"],
			error: "the seq and format options are mutually exclusive",
		},
		{ args: ["-ext", "sql", "-seq", "-digits", "0", "a"], error: "digits must be positive" },
		{ args: ["-ext", "sql", "-seq", "-digits", "-3", "a"], error: "digits must be positive" },
		{ args: ["-ext", "sql", "-format", "", "a"], error: "time format may not be empty" },
		{ args: ["-ext", "sql", "-tz", "Nowhere/Land", "a"], error: "unknown time zone Nowhere/Land" },
		{
			args: ["-ext", "sql", "-format", "2006-01", "a"],
			error: /^version \d{4}-\d\d is not made of digits alone; choose a format as 20060102150405$/,
		},
		{
			args: ["-ext", "sql", "-format", "99999999999999999999", "a"],
			error: "99999999999999999999_a.up.sql would not run: its version is over 9223372036854775807 (2^63-1)",
		},
		{
			args: ["-ext", "bak", "-format", "7", "a"],
			error: "7_a.up.bak would not run: it looks like a backup copy of a migration",
		},
		{
			args: ["-ext", "sql", "-format", "7", "a\nb"],
			error: 'the name has the control character "\\n" at character 2; take it out',
		},
		{
			args: ["-ext", "down.sql", "-format", "7", "a"],
			error: "7_a.up.down.sql would not run: it would not be read as up",
		},
		{ names: ["7_a.up.cql"], args: ["-ext", "sql", "-format", "7", "b"], error: "duplicate migration version: 7" },
		{ args: ["-ext", "sql", "../a"], error: '"../a" cannot be part of a file name; name the folder with -dir' },
		{ args: ["-ext", "a/b", "a"], error: '"a/b" cannot be part of a file name; name the folder with -dir' },
		{ names: ["7_a.up.sql"], args: ["-ext", "sql", "-format", "7", "b"], error: "duplicate migration version: 7" },
		{ names: ["007_a.up.sql"], args: ["-ext", "sql", "-format", "7", "b"], error: "duplicate migration version: 7" },
		{ names: ["schema.sql"], args: ["-ext", "sql", "-seq", "b"], error: "malformed migration filename: schema.sql" },
		{
			names: ["99_a.up.sql"],
			args: ["-ext", "sql", "-seq", "-digits", "2", "b"],
			error: "next sequence number 100 too large, at most 2 digits are allowed",
		},
	])("refuses $args and writes nothing: $error", async ({ names = [], args, error }) => {
		const cwd = await folderOf(Object.fromEntries(names.map((name) => [name, ""])));
		const { code, stdout, stderr } = await create(cwd, ...args);
		const [, message] = /^error: (.*)\n$/s.exec(stderr) ?? [];
		expect(message).toEqual(typeof error === "string" ? error : expect.stringMatching(error));
		expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
		expect(await readdir(cwd)).toEqual(names);
	});

	it.each([
		["file", [], "cannot create files in DIR/file: it is a file and no folder; name another folder with -dir"],
		["file", ["-seq"], "cannot create files in DIR/file: it is a file and no folder; name another folder with -dir"],
		[
			"file/a/b",
			[],
			"cannot create files in DIR/file/a/b: DIR/file is a file and no folder; name another folder with -dir",
		],
		[
			"file/a/b",
			["-seq"],
			"cannot create files in DIR/file/a/b: DIR/file is a file and no folder; name another folder with -dir",
		],
		["n".repeat(300), [], /its name is longer than the file system takes; choose a shorter one\n$/],
	])("says what is in the way of the folder, case %#", async (folder, flags, message) => {
		const cwd = await folderOf({ file: "" });
		const { code, stderr } = await create(cwd, "-ext", "sql", "-dir", folder, ...flags, "a");
		const expected =
			typeof message === "string" ? `error: ${message.replaceAll("DIR", cwd)}\n` : expect.stringMatching(message);
		expect({ code, stderr }).toEqual({ code: 1, stderr: expected });
		expect(await readdir(cwd)).toEqual(["file"]);
	});
});

function stamp(time: Date): string {
	return time.toISOString().replace(/\D/g, "").slice(0, 14);
}
