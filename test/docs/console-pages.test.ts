import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const path = [dirname(process.execPath), join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);

interface Block {
	readonly language: string;
	readonly text: string;
}

function blocksOf(page: string): readonly Block[] {
	const text = readFileSync(join(root, page), "utf8");
	return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = "", block = ""]) => ({
		language,
		text: block,
	}));
}

/** Times, in the lines of migrations and in the names of files. */
function withoutTimes(printed: string): string {
	return printed.replace(/\(\d[^)]*s\)/g, "(…)").replace(/\d{8}T\d{9}Z/g, "TIME");
}

/** Runs a block's commands in their order, and returns the block as it is then. */
function played(block: string, cwd: string): string {
	const commands = block.split(/^\$ /m).slice(1);
	return commands
		.map((part) => {
			const [command = ""] = part.split("\n");
			const printed = execFileSync("sh", ["-c", `{ ${command}\n} 2>&1; true`], {
				cwd,
				encoding: "utf8",
				env: { ...process.env, PATH: path },
			});
			return `$ ${command}\n${withoutTimes(printed.replaceAll(cwd, "…"))}`;
		})
		.join("");
}

/** Pages whose examples are a story: files to write, then commands, from the top of the page to its end. */
describe.each(["docs/backup.md", "docs/doctor.md", "docs/dump.md", "docs/large-tables.md", "docs/rehearse.md"])(
	"%s",
	(page) => {
		it("has examples that run as it says", () => {
			const folder = mkdtempSync(join(tmpdir(), "godwit-page-"));
			onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
			symlinkSync(join(root, "test/node_modules"), join(folder, "node_modules"));
			writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
			for (const { language, text } of blocksOf(page)) {
				const [, file] = /^(?:--|\/\/) (\S+)\n/.exec(text) ?? [];
				if (file !== undefined) {
					mkdirSync(dirname(join(folder, file)), { recursive: true });
					writeFileSync(join(folder, file), text);
				}
				if (language === "console") expect(played(text, folder)).toBe(text);
			}
		}, 60_000);
	},
);
