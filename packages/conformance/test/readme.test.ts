import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { driverCapabilities, driverLaws, engineLaws } from "../src/index.ts";

const folder = fileURLToPath(new URL("../", import.meta.url));
const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

describe("README", () => {
	it("has an example that runs with node:test as it stands", async () => {
		const [, example = ""] = /```ts\n(import .*?)```/s.exec(readme) ?? [];
		const claimed = new Set<string>(/capabilities = \[(.*)\]/.exec(example)?.[1]?.match(/[a-z-]+/g));
		const asked = [...driverLaws.laws, ...engineLaws.laws].filter(({ requires = [] }) =>
			requires.every((needed) => claimed.has(needed)),
		);

		const node = spawn(process.execPath, ["--input-type=module-typescript", "--test-reporter=tap", "-e", example], {
			cwd: folder,
			// Vitest's own settings are not for the runner in the example.
			env: { PATH: process.env.PATH },
		});
		const [output, [exitCode]] = await Promise.all([text(node.stdout), once(node, "close")]);
		expect(output).toContain(`# pass ${asked.length}\n`);
		expect(output).toContain("# fail 0\n");
		expect(exitCode).toBe(0);
	});

	it("lists every capability with its meaning", () => {
		const rows = readme.match(/^\| `.*$/gm)?.map((row) => row.replaceAll("`", "").split("|"));
		const table = rows?.map(([, name = "", meaning = ""]) => [name.trim(), meaning.split(";")[0]?.trim()]);
		expect(table).toEqual(Object.entries(driverCapabilities).map(([name, meaning]) => [name, meaning.split(";")[0]]));
	});
});
