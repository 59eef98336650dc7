import { readdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, godwit } from "../fixtures/godwit.ts";

const NEXT =
	"next: npx godwit create -ext sql -seq create_users\n      write SQL into the two files\n      npx godwit up\n";
const CONFIG = '{\n\t"source": "file://migrations",\n\t"database": "sqlite://app.db"\n}\n';

describe("godwit init", () => {
	it("makes package.json, configuration and folder in an empty folder, and says what to type next", async () => {
		const cwd = await realpath(await folderOf({}));
		expect(await godwit(["init"], { cwd })).toEqual({
			code: 0,
			stdout: ["package.json", "godwit.config.json", "migrations"].map((name) => `${join(cwd, name)}\n`).join(""),
			stderr: NEXT,
		});
		expect(await readFile(join(cwd, "godwit.config.json"), "utf8")).toBe(CONFIG);
		expect(await readFile(join(cwd, "package.json"), "utf8")).toBe('{\n\t"private": true\n}\n');
		expect(await readdir(join(cwd, "migrations"))).toEqual([]);
	});

	it("leaves package.json and a folder with migrations as they are", async () => {
		const files = { "package.json": '{"name":"app"}', "migrations/1_a.up.sql": "" };
		const cwd = await realpath(await folderOf(files));
		const { code, stdout } = await godwit(["init", "-json"], { cwd });
		expect(code).toBe(0);
		expect(JSON.parse(stdout)).toEqual({
			godwit: 1,
			type: "created",
			files: [join(cwd, "godwit.config.json")],
			kept: [join(cwd, "migrations")],
		});
		expect(await readFile(join(cwd, "package.json"), "utf8")).toBe('{"name":"app"}');
		expect(await readdir(join(cwd, "migrations"))).toEqual(["1_a.up.sql"]);
	});

	it.each([
		["godwit.config.json", "{}"],
		["godwit.config.ts", ""],
		["package.json", '{"godwit":{}}'],
	])("makes nothing where %s is a configuration", async (name, text) => {
		const cwd = await realpath(await folderOf({ "package.json": "{}", [name]: text }));
		const before = await readdir(cwd);
		const { code, stdout, stderr } = await godwit(["init"], { cwd });
		expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
		expect(stderr).toBe(`${join(cwd, name)} was there, and is as it was\n${NEXT}`);
		expect(await readdir(cwd)).toEqual(before);
		expect(await readFile(join(cwd, name), "utf8")).toBe(text);
	});

	it("says what is in the way of the configuration, and makes nothing", async () => {
		const cwd = await realpath(await folderOf({ "godwit.config.json/a": "" }));
		expect(await godwit(["init"], { cwd })).toEqual({
			code: 1,
			stdout: "",
			stderr: `error: ${join(cwd, "godwit.config.json")} is not a file; move it away first\n`,
		});
		expect(await readdir(cwd)).toEqual(["godwit.config.json"]);
	});

	it("says that a configuration without a package.json is not read, and makes nothing", async () => {
		for (const name of ["godwit.config.json", "godwit.config.ts"]) {
			const cwd = await folderOf({ [name]: "x" });
			expect(await godwit(["init"], { cwd })).toMatchObject({
				code: 1,
				stderr: expect.stringContaining(
					`error: ${name} is not beside a package.json, so it would not be read; make one,`,
				),
			});
			expect(await readdir(cwd)).toEqual([name]);
		}
	});

	it("writes options that are no secret", async () => {
		const cwd = await folderOf({ "package.json": "{}" });
		const url = "sqlite://app.db?x-migrations-table=mine&x-lock-timeout=30s";
		expect(await godwit(["init", "-database", url], { cwd })).toMatchObject({ code: 0 });
		expect(JSON.parse(await readFile(join(cwd, "godwit.config.json"), "utf8"))).toMatchObject({ database: url });
	});

	it("says what is in the way of the folder of the migrations, and makes nothing", async () => {
		const cwd = await realpath(await folderOf({ file: "" }));
		expect(await godwit(["-path", "file/a/b", "init"], { cwd })).toEqual({
			code: 1,
			stdout: "",
			stderr: `error: cannot make ${join(cwd, "file/a/b")}: ${join(cwd, "file")} is a file and no folder; name another folder for the migrations with -path DIR\n`,
		});
		expect(await readdir(cwd)).toEqual(["file"]);
	});

	it("makes the folder of a path too", async () => {
		const cwd = await realpath(await folderOf({ "package.json": "{}" }));
		const { code } = await godwit(["-source", "./db/steps", "-database", "./app.db", "init"], { cwd });
		expect(code).toBe(0);
		expect(await readdir(join(cwd, "db/steps"))).toEqual([]);
		const config = JSON.parse(await readFile(join(cwd, "godwit.config.json"), "utf8"));
		expect(config).toEqual({ source: "./db/steps", database: "./app.db" });
	});

	it("writes the source and the database that it is given", async () => {
		const cwd = await realpath(await folderOf({ "package.json": "{}" }));
		const flags = ["-path", "db/100% sure", "-database", "env:APP_DATABASE"];
		const { stdout } = await godwit([...flags, "init"], { cwd, env: { DATABASE_URL: "sqlite://not-this.db" } });
		expect(stdout).toContain(`${join(cwd, "db/100% sure")}\n`);
		const config = JSON.parse(await readFile(join(cwd, "godwit.config.json"), "utf8"));
		expect(config).toEqual({ source: "file://db/100%25 sure", database: "env:APP_DATABASE" });
	});

	it.each([
		{
			what: "a password",
			args: ["-database", "pg://ann:secret@host/app"],
			error:
				"error: the database URL has a user, a password or an option that may be secret, which do not belong in a file; write -database env:",
		},
		{
			what: "a password in an option",
			args: ["-database", "pg://host/app?password=secret"],
			error: "error: the database URL has a user, a password or an option that may be secret, which do not belong",
		},
		{
			what: "a flag about a configuration that is there",
			args: ["-env", "prod"],
			error: "error: init makes a configuration and reads none; leave -env out",
		},
		{
			what: "a file in the place of the folder",
			args: ["-path", "notes"],
			error: "notes is not a folder; name another",
		},
		{ what: "an argument too many", args: ["here"], error: 'too many arguments: init takes none, and "here" is left' },
	])("refuses $what, and makes nothing", async ({ args, error }) => {
		const cwd = await folderOf({ notes: "" });
		const { code, stderr } = await godwit(["init", ...args], { cwd });
		expect(code).toBe(error.includes("-env") ? 2 : 1);
		expect(stderr).toContain(error);
		expect(stderr).not.toMatch(/[:=]secret/);
		expect(await readdir(cwd)).toEqual(["notes"]);
	});

	it("says where the project is when it is called in a folder of it", async () => {
		const root = await realpath(await folderOf({ "package.json": "{}", "src/a.ts": "" }));
		const { code, stderr } = await godwit(["init"], { cwd: join(root, "src") });
		expect(code).toBe(1);
		expect(stderr).toBe(
			`error: this folder is a part of the project of ${join(root, "package.json")}; run "godwit init" in ${root}, or make a package.json here with "npm init -y"\n`,
		);
		expect(await readdir(join(root, "src"))).toEqual(["a.ts"]);
	});
});
