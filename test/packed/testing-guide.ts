import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { type GuideExample, guideExamples } from "../docs/guide-examples.ts";
import { installOldestNode } from "./oldest-node.ts";
import type { User } from "./user.ts";

const root = resolve(import.meta.dirname, "../..");

/** As the workspace has them. */
const VITEST = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.vitest;
const BETTER_SQLITE3 = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8")).devDependencies[
	"better-sqlite3"
];

const JEST = "30.5.2";
const BUN = "1.4.5";

const GUIDE = join(root, "docs/guides/testing.md");

/** What says in each runner's output that both tests of its example have passed. */
const PASSED: Readonly<Record<string, RegExp>> = {
	Vitest: /Tests +2 passed/,
	"node:test": /pass 2\b/,
	Jest: /Tests: +2 passed, 2 total/,
	"bun test": /^ 2 pass$/m,
};

/** The runners of tests, with the packages that they see in a project. Vitest and node:test have run on the sources too. */
export function runTestingGuide(user: User): void {
	const linux = process.platform === "linux" && process.arch === "x64";
	writeFileSync(join(user.folder, "package.json"), '{ "private": true, "type": "module" }\n');
	const runners = [`jest@${JEST}`, `vitest@${VITEST}`, ...(linux ? [`@oven/bun-linux-x64@${BUN}`] : [])];
	user.run("npm", "install", "@godwit/testing", "godwit", `better-sqlite3@${BETTER_SQLITE3}`, ...runners);
	const titles = ["Vitest", "node:test", "Jest", ...(linux ? ["bun test"] : [])];
	for (const example of guideExamples(GUIDE)) {
		if (titles.includes(example.title)) runExample(user, example);
	}
	if (linux) copyOnOldestNode(user);
}

/** In a folder of its own, beside the packages. */
function runExample({ folder, env }: User, { title, command, writeTo }: GuideExample): void {
	const own = join(folder, title.replaceAll(/\W/g, "-"));
	mkdirSync(own);
	writeFileSync(join(own, "package.json"), '{ "private": true, "type": "module" }\n');
	writeTo(own);
	const path = [join(folder, "node_modules/@oven/bun-linux-x64/bin"), env.PATH].join(delimiter);
	const printed = execFileSync("sh", ["-c", `${command.replace(/\bnpx /, "")} 2>&1`], {
		cwd: own,
		encoding: "utf8",
		env: { ...env, NO_COLOR: "1", PATH: path },
	});
	assert.match(printed, PASSED[title] ?? /^$/);
	assert.equal(readdirSync(join(own, "node_modules/.cache/godwit-testing")).length, 1);
}

/** A copy in a file works with every node:sqlite, and one in memory needs more. */
const IN_OLDEST = `
import { DatabaseSync } from "node:sqlite";
import { createTemplate } from "@godwit/testing";
const template = await createTemplate({ source: "file://migrations", database: "sqlite-node://" });
const copy = await template.copy();
const database = new DatabaseSync(copy.path);
const { title } = database.prepare("SELECT title FROM schema_migrations_history").get();
database.close();
console.log(title, await template.open(DatabaseSync).catch(({ code }) => code));
`;

function copyOnOldestNode({ folder, run }: User): void {
	mkdirSync(join(folder, "migrations"));
	writeFileSync(join(folder, "migrations/1_create_notes.up.sql"), "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n");
	writeFileSync(join(folder, "oldest.js"), IN_OLDEST);
	assert.equal(run(installOldestNode(folder, run), "--no-warnings", "oldest.js"), "create_notes ERR_RUNTIME\n");
}
