import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { User } from "./user.ts";

const tsc = resolve(import.meta.dirname, "../../node_modules/.bin/tsc");

const PROGRAM = `
import { Migrate } from "godwit";
import { sqliteNode } from "godwit/sqlite-node";

async function main(): Promise<void> {
	const migrate = await Migrate.open("file://migrations", await sqliteNode.open("sqlite-node://app.db"));
	const { to } = await migrate.up();
	await migrate.close();
	process.stdout.write(String(to));
}

void main();
`;

/** Uses the packages, which are ES modules, from CommonJS, with their types. */
export function useCommonJs({ folder, run }: User): void {
	mkdirSync(join(folder, "migrations"));
	writeFileSync(join(folder, "migrations/1_create_notes.up.sql"), "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n");
	writeFileSync(join(folder, "app.cts"), PROGRAM);
	run("npm", "install", "godwit", "@types/node@24");
	run(
		tsc,
		"--module",
		"nodenext",
		"--target",
		"es2022",
		"--strict",
		"--skipLibCheck",
		"false",
		"--types",
		"node",
		"app.cts",
	);
	assert.equal(run("node", "app.cjs"), "1");
}
