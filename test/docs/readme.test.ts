import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const blocks = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
	([, language = "", text = ""]) => ({ language, text }),
);

/** The transcript of a console block: each command, and what it is said to print. */
function commands(text: string): readonly { readonly command: string; readonly output: string }[] {
	return text
		.split(/^\$ /m)
		.slice(1)
		.map((part) => {
			const [command = "", ...output] = part.trimEnd().split("\n");
			return { command, output: output.join("\n") };
		});
}

/** Durations, and the columns of a status from the one of its times on. */
function withoutTimes(printed: string): string {
	return printed.replace(/\(\d[^)]*s\)/g, "(…)").replace(/(?<= )(?:WHEN|\d{4}-\d\d-\d\d) .*$/gm, "…");
}

describe("README.md", () => {
	const folder = mkdtempSync(join(tmpdir(), "godwit-readme-"));

	beforeAll(() => {
		// What an app would have installed; Node runs TypeScript outside node_modules only.
		symlinkSync(join(root, "test/node_modules"), join(folder, "node_modules"));
		writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
		for (const { text } of blocks.filter(({ language }) => language === "sql" || language === "ts")) {
			const [, path = ""] = /^(?:--|\/\/) (\S+)\n/.exec(text) ?? [];
			mkdirSync(dirname(join(folder, path)), { recursive: true });
			writeFileSync(join(folder, path), text);
		}
	});

	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	it("has examples in every form", () => {
		expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(["sql", "console", "ts"]));
	});

	// In the order of the page, since each goes on where the one before it stopped.
	it.each(blocks.filter(({ language }) => language === "console").flatMap(({ text }) => commands(text)))(
		"$command",
		({ command, output }) => {
			const path = [dirname(process.execPath), join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
			const printed = execFileSync("sh", ["-c", `${command} 2>&1`], {
				cwd: folder,
				encoding: "utf8",
				env: { ...process.env, PATH: path },
			});
			expect(withoutTimes(printed).trimEnd()).toBe(output);
		},
	);
});
