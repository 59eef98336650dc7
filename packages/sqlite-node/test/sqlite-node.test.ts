import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sqliteNode } from "../src/index.ts";

let folder: string;
let path: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-node-"));
	path = join(folder, "app.db");
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a program that has `sqliteNode` and the database's `url`. */
function runProgram(program: string, ...flags: readonly string[]) {
	const script = `
		import { sqliteNode } from ${JSON.stringify(import.meta.resolve("../src/index.ts"))};
		const url = ${JSON.stringify(`sqlite-node://${path}`)};
		${program}`;
	const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, "--input-type=module", "-e", script], {
		encoding: "utf8",
	});
	return { status, stdout, stderr };
}

describe("a process that uses sqlite-node", () => {
	it("is given no warning of an experimental module", () => {
		const program =
			"const driver = await sqliteNode.open(url); await driver.lock(); await driver.unlock(); await driver.close();";
		expect(runProgram(program)).toEqual({ status: 0, stdout: "", stderr: "" });
		expect(readdirSync(folder)).toEqual(["app.db"]);
	});

	it("is told what to do where the runtime has no node:sqlite, and makes nothing", () => {
		const program =
			"await sqliteNode.open(url).catch(({ code, message, details }) => console.log(JSON.stringify({ code, message, details })));";
		const { status, stdout } = runProgram(program, "--no-experimental-sqlite");
		const found = `Node ${process.versions.node}`;
		expect(status).toBe(0);
		expect(JSON.parse(stdout)).toEqual({
			code: "ERR_RUNTIME",
			message: `sqlite-node:// needs node:sqlite, which this runtime, ${found}, does not have or was started without; use Node 22.18 or newer, a newer Bun or Deno, or sqlite-native:// or sqlite-wasm://`,
			details: { required: "node:sqlite", found },
		});
		expect(readdirSync(folder)).toEqual([]);
	});
});

describe("a DatabaseSync that the caller lends", () => {
	it("is used with the caller's functions, and stays open", async () => {
		using database = new DatabaseSync(path);
		database.function("shout", (text) => String(text).toUpperCase());
		await using driver = sqliteNode.withInstance(database);
		await driver.run(textBody("CREATE TABLE t AS SELECT shout('a') AS a;"));
		await driver.close();
		expect(database.prepare("SELECT a FROM t").get()).toEqual({ a: "A" });
	});

	it("is refused when it is closed, with what to do", () => {
		const database = new DatabaseSync(path);
		database.close();
		expect(() => sqliteNode.withInstance(database)).toThrow("the database is closed; open it again");
	});

	it("is not said to refuse double-quoted strings while another connection has it locked", () => {
		using database = new DatabaseSync(path, { enableDoubleQuotedStringLiterals: true });
		using holder = new DatabaseSync(path);
		holder.exec("CREATE TABLE t (a); BEGIN EXCLUSIVE");
		expect(() => sqliteNode.withInstance(database, { doubleQuotedStrings: true })).toThrow("database is locked");
	});

	it("takes double-quoted strings when it was opened so, and is refused with them otherwise", async () => {
		using strict = new DatabaseSync(path);
		expect(() => sqliteNode.withInstance(strict, { doubleQuotedStrings: true })).toThrow(
			expect.objectContaining({
				code: "ERR_INVALID_OPTION",
				message: expect.stringContaining("new DatabaseSync(path, { enableDoubleQuotedStringLiterals: true })"),
				details: { option: "doubleQuotedStrings", value: "true" },
			}),
		);
		using lenient = new DatabaseSync(path, { enableDoubleQuotedStringLiterals: true });
		await using driver = sqliteNode.withInstance(lenient, { doubleQuotedStrings: true });
		await driver.run(textBody('CREATE TABLE t AS SELECT "text" AS a;'));
		expect(lenient.prepare("SELECT a FROM t").get()).toEqual({ a: "text" });
	});
});

describe("a runtime without node:sqlite", () => {
	it("is told so, and nothing is made", async () => {
		const { getBuiltinModule } = process;
		process.getBuiltinModule = (() => undefined) as unknown as typeof getBuiltinModule;
		vi.resetModules();
		try {
			const { sqliteNode: fresh } = await import("../src/sqlite-node.ts");
			const opened = fresh.open("sqlite-node://never-made.db");
			await expect(opened).rejects.toMatchObject({ code: "ERR_RUNTIME", details: { required: "node:sqlite" } });
		} finally {
			process.getBuiltinModule = getBuiltinModule;
			vi.resetModules();
		}
	});
});
