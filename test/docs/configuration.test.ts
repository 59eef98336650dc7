import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import schema from "../../packages/cli/schemas/config.schema.json" with { type: "json" };

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/configuration.md"), "utf8");
const block = (language: string): string => new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(page)?.[1] ?? "";

describe("docs/configuration.md", () => {
	it("has a row for each key, and says which an environment has", () => {
		const rows = [...page.matchAll(/^\| `([^`]+)` \| (yes|no) \|/gm)].map(([, key, inside]) => [key, inside === "yes"]);
		const inEnvironment = Object.keys(schema.$defs.environment.properties);
		const expected = Object.keys(schema.properties).map((key) => [key, inEnvironment.includes(key)]);
		expect(new Map(rows as [string, boolean][])).toEqual(new Map(expected as [string, boolean][]));
	});

	it("has an example that runs as it says", () => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-configuration-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		mkdirSync(join(folder, "migrations"));
		writeFileSync(join(folder, "package.json"), "{}");
		writeFileSync(join(folder, "godwit.config.json"), block("json"));
		writeFileSync(join(folder, "migrations/1_create_notes.up.sql"), "CREATE TABLE notes (id INTEGER PRIMARY KEY);");
		writeFileSync(join(folder, "migrations/1_create_notes.down.sql"), "DROP TABLE notes;");
		const { DATABASE_URL, GODWIT_DATABASE, PRODUCTION_URL, DEBUG, ...env } = process.env;
		const path = [
			dirname(process.execPath),
			join(root, "test/node_modules/.bin"),
			join(root, "node_modules/.bin"),
			env.PATH,
		];
		for (const part of block("console").split(/^\$ /m).slice(1)) {
			const [command = "", ...output] = part.trimEnd().split("\n");
			const printed = execFileSync("sh", ["-c", `${command} 2>&1; true`], {
				cwd: folder,
				encoding: "utf8",
				env: { ...env, PATH: path.join(delimiter) },
			});
			expect(printed.trimEnd().replace(/\(\d[^)]*s\)/g, "(…)"), command).toBe(output.join("\n"));
		}
	});
});
