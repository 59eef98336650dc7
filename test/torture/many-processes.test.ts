import { execFile, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cleanEnv, commandWords } from "../../packages/cli/test/fixtures/godwit.ts";
import { askShell } from "./sqlite-shell.ts";
import { createTestFolder } from "./test-folder.ts";

const COUNT = 16;
const MIGRATIONS = 10;

describe("16 commands at once, beside two busy loops", () => {
	it.each([
		["sqlite-wasm", ["sqlite-wasm"]],
		["sqlite-native", ["sqlite-native"]],
		["both backends", ["sqlite-wasm", "sqlite-native"]],
	])("all end well on %s with x-lock-timeout=60s", async (_, schemes) => {
		using testFolder = createTestFolder();
		const folder = join(testFolder.folder, "m");
		mkdirSync(folder);
		for (let version = 1; version <= MIGRATIONS; version++) {
			writeFileSync(
				join(folder, `${version}_t.up.sql`),
				`CREATE TABLE t${version} (a); INSERT INTO t${version} VALUES (1);`,
			);
		}
		const loops = [0, 1].map(() => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }));
		const [program, ...words] = commandWords();
		try {
			const said = await Promise.all(
				Array.from({ length: COUNT }, (_, index) => {
					const url = `${schemes[index % schemes.length]}://${testFolder.path}?x-lock-timeout=60s`;
					const args = [...words, "-path", folder, "-database", url, "up"];
					return new Promise<string>((resolve) =>
						execFile(program, args, { env: cleanEnv({}) }, (error, __, stderr) =>
							resolve(error === null ? "ok" : `exit code ${error.code}: ${stderr}`),
						),
					);
				}),
			);
			expect(said).toEqual(Array.from({ length: COUNT }, () => "ok"));
		} finally {
			for (const loop of loops) loop.kill("SIGKILL");
		}
		expect(
			await askShell(testFolder.path, "SELECT version, dirty FROM schema_migrations; PRAGMA integrity_check"),
		).toBe(`${MIGRATIONS}|0\nok`);
		expect(testFolder.files().filter((name) => name.startsWith("app.db"))).toEqual(["app.db"]);
	});
});
