import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(resolve(root, path), "utf8");

describe("docs/drivers.md", () => {
	it("has a row for each option", () => {
		const [, body = ""] =
			/export interface SqliteConfig \{\n(.*?)\n\}/s.exec(read("packages/sqlite/src/url/sqlite-config.ts")) ?? [];
		const options = [...body.matchAll(/^\treadonly (\w+):/gm)].map(([, name]) => name);
		const rows = [...read("docs/drivers.md").matchAll(/^\| `(x-[a-z-]+)` \| `(\w+)` \|/gm)];
		expect(rows.map(([, , name]) => name)).toEqual(options);
		for (const [, parameter, name = ""] of rows) {
			expect(parameter).toBe(`x-${name.replace(/Ms$/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
		}
	});

	it("has a row for each option of PostgreSQL on its page", () => {
		const [, body = ""] =
			/export interface PostgresConfig \{\n(.*?)\n\}/s.exec(read("packages/postgres/src/url/postgres-config.ts")) ?? [];
		const options = [...body.matchAll(/^\treadonly (\w+):/gm)].map(([, name]) => name);
		const rows = [...read("docs/postgres.md").matchAll(/^\| `x-[a-z-]+` \| `(\w+)` \|/gm)];
		expect(options.length).toBeGreaterThan(5);
		expect(rows.map(([, name]) => name)).toEqual(options);
	});

	it("has a command with a driver of one's own that runs", () => {
		const [, program = ""] = /^```ts\n(.*?)^```$/ms.exec(read("docs/drivers.md")) ?? [];
		const example = join(root, "examples/third-party-driver");
		const folder = mkdtempSync(join(tmpdir(), "godwit-drivers-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		symlinkSync(join(root, "test/node_modules"), join(folder, "node_modules"));
		symlinkSync(join(example, "json-file.ts"), join(folder, "json-file.ts"));
		writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
		writeFileSync(join(folder, "command.ts"), program);
		const command = (...args: readonly string[]): string =>
			execFileSync(process.execPath, ["command.ts", "-database", "json-file://birds.json", ...args], {
				cwd: folder,
				encoding: "utf8",
				stdio: "pipe",
			});
		command("-path", join(example, "birds"), "up", "1");
		expect(command("version")).toBe("1\n");
	});
});
