import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { missingServer, startPostgres } from "../../packages/postgres/test/fixtures/postgres-server.ts";
import { installOldestNode } from "./oldest-node.ts";
import type { User } from "./user.ts";

const root = resolve(import.meta.dirname, "../..");

/** As the workspace has them. */
const PEERS = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8")).devDependencies;

/** Migrates a database through each scheme that it is given. */
const SCRIPT = `
import { Migrate } from "godwit";
for (const scheme of process.argv.slice(2)) {
	const migrate = await Migrate.open("file://migrations", scheme + "://" + scheme + ".db");
	const { applied } = await migrate.up();
	const { version, dirty } = await migrate.version();
	console.log(scheme, applied.map(({ identifier }) => identifier).join(), String(version), dirty);
	await migrate.close();
}
`;

/** Migrates with each backend, with and without its package, with traces, and on the oldest Node. */
export async function useEveryBackend(user: User): Promise<void> {
	const { folder, run } = user;
	writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
	run("npm", "install", "godwit");
	mkdirSync(join(folder, "migrations"));
	writeFileSync(
		join(folder, "migrations/1_create_notes.up.sql"),
		"CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);\n",
	);
	writeFileSync(join(folder, "migrations/1_create_notes.down.sql"), "DROP TABLE notes;\n");
	writeFileSync(join(folder, "app.js"), SCRIPT);
	assert.equal(
		run("node", "app.js", "sqlite-node", "sqlite-wasm"),
		"sqlite-node create_notes 1 false\nsqlite-wasm create_notes 1 false\n",
	);
	installBetterSqlite3(user);
	assert.equal(run("node", "app.js", "sqlite-native"), "sqlite-native create_notes 1 false\n");
	assert.equal(run("godwit", "-database", "sqlite-native://sqlite-wasm.db", "version"), "1\n");
	await installPostgres(user);
	runOnOldestNode(user);

	// The command is a bundle, which finds the package debug in a way of its own.
	const traced = user.try("godwit", ["-database", "sqlite-native://sqlite-wasm.db", "up"], { DEBUG: "godwit:*" });
	assert.match(traced.stderr, /godwit:migrate nothing to run at version 1n/);
}

function installBetterSqlite3(user: User): void {
	const status = (): string => user.run("godwit", "-database", "sqlite://sqlite-node.db", "status");
	assertMissing(user, "better-sqlite3", "sqlite-native://sqlite-node.db");
	assert.match(status(), /^backend: sqlite-node \(node:sqlite\)$/m);
	user.run("npm", "install", `better-sqlite3@${PEERS["better-sqlite3"]}`);
	assert.match(status(), /^backend: sqlite-native \(better-sqlite3\)$/m);
}

async function installPostgres(user: User): Promise<void> {
	assertMissing(user, "pg", "postgres://127.0.0.1/app");
	assertMissing(user, "@electric-sql/pglite", "pglite://:memory:");
	user.run("npm", "install", ...["pg", "@electric-sql/pglite"].map((name) => `${name}@${PEERS[name]}`));
	assert.match(user.run("godwit", "-database", "pglite://:memory:", "status"), /^backend: pglite \(PGlite\)$/m);
	if (missingServer() !== undefined) return;
	await using server = await startPostgres();
	user.run("godwit", "-database", `${server.url}/postgres`, "up");
	assert.equal(user.run("godwit", "-database", `${server.url}/postgres`, "version"), "1\n");
}

/** An optional peer, which npm does not bring. */
function assertMissing(user: User, peer: string, database: string): void {
	assert.ok(!existsSync(join(user.folder, "node_modules", peer)));
	const refused = user.try("godwit", ["-database", database, "up"]);
	assert.equal(refused.status, 1);
	const scheme = database.replace(/:.*/, "");
	assert.match(refused.stderr, new RegExp(`^error: ${scheme}:// needs the package ${peer}, .*npm install ${peer}`));
}

function runOnOldestNode({ folder, run }: User): void {
	if (process.platform !== "linux" || process.arch !== "x64") return;
	const node = installOldestNode(folder, run);
	const godwit = join(folder, "node_modules/.bin/godwit");
	assert.equal(run(node, godwit, "-database", "sqlite-native://sqlite-wasm.db", "version"), "1\n");
	const lines = run(node, godwit, "-database", "sqlite-node://oldest.db", "up", "-json");
	assert.equal(lines.match(/"end"/g)?.length, 1);
}
