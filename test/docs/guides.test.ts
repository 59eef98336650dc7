import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type PageCommand, stepsOf, takeStep, titleOf } from "./page.ts";
import { environmentWithGodwitAlone } from "./reader-environment.ts";

const root = resolve(import.meta.dirname, "../..");
const guides = join(root, "docs/guides");

/** Pages with a test of their own, since their examples need what another reader does not have. */
const ELSEWHERE = ["bundlers.md", "commonjs.md", "testing.md"];

/** What is installed is the workspace's, and a container is not to be had everywhere. */
const NOT_HERE = /^(?:npm install|docker run) /;

const read = (page: string): string => readFileSync(join(guides, page), "utf8");

/** The folder of a reader who has godwit installed. */
function readersFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "godwit-guide-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	symlinkSync(join(root, "test/node_modules"), join(folder, "node_modules"));
	writeFileSync(join(folder, "package.json"), '{ "private": true }');
	return folder;
}

function follow(page: string, folder: string): void {
	for (const step of stepsOf(read(page)).filter((step) => !NOT_HERE.test(titleOf(step)))) {
		takeStep(step, folder, environmentWithGodwitAlone());
	}
}

describe("docs/guides", () => {
	const pages = readdirSync(guides).filter((page) => !ELSEWHERE.includes(page));

	it.each(pages)("%s can be followed from its first line to its last", (page) => {
		follow(page, readersFolder());
	});

	it("are all named in the README", () => {
		const readme = readFileSync(join(root, "README.md"), "utf8");
		expect(readdirSync(guides).filter((page) => !readme.includes(`(docs/guides/${page})`))).toEqual([]);
	});
});

describe("docs/guides/ci.md", () => {
	it("has a workflow whose step runs", () => {
		const folder = readersFolder();
		follow("ci.md", folder);
		const workflow = readFileSync(join(folder, ".github/workflows/migrations.yml"), "utf8");
		const commands = [...workflow.matchAll(/^ +- run: (npx .+)$/gm)].map(([, command = ""]) => command);
		expect(commands).toHaveLength(1);
		for (const command of commands) takeStep({ command, output: undefined }, folder, environmentWithGodwitAlone());
	});
});

describe("docs/guides/deploying.md", () => {
	it("has a compose file whose command migrates", () => {
		const folder = readersFolder();
		follow("deploying.md", folder);
		mkdirSync(join(folder, "data"));
		const [, args = ""] = /^ +command: (.+)$/m.exec(readFileSync(join(folder, "compose.yaml"), "utf8")) ?? [];
		const here = args.replace("/project/", `${folder}/`).replace("/data/", `${folder}/data/`);
		const up: PageCommand = {
			command: `godwit ${here}`,
			output: "1/u create_notes (…)\n2/u first_notes (…)\n3/u unique_texts (…)",
		};
		takeStep(up, folder, environmentWithGodwitAlone());
	});
});
