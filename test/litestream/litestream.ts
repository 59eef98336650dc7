/**
 * Restores a backup beneath Litestream, which replicates the database meanwhile, and prints what became of the replica: `pnpm litestream`.
 * Needs Go, which builds Litestream once.
 *
 * Exits with 1 when Litestream ends, begins anew with a full copy, or its replica is not what the database is.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import BetterSqlite3 from "better-sqlite3";
import { Migrate, memorySource } from "godwit";

const VERSION = "v0.3.13";
const PATIENCE_MS = 60_000;
const FILES = {
	"1_notes.up.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);",
	"2_forget.up.sql": "DELETE FROM notes;",
};

const litestream = buildLitestream();
const folder = mkdtempSync(join(tmpdir(), "godwit-litestream-"));
const database = join(folder, "app.db");
const replica = `file://${join(folder, "replica")}`;
try {
	const application = await beginDatabase();
	const replicating = spawn(litestream, ["replicate", database, replica], { stdio: "ignore" });
	try {
		await untilReplicaEquals("the first rows are in the replica");
		const generations = generationsOf();
		await using migrate = await Migrate.open(memorySource(FILES), `sqlite-native://${database}`, { backup: true });
		const { path } = await migrate.backup();
		await migrate.up();
		await untilReplicaEquals("the migration that deletes every row is in the replica");
		const { version } = await migrate.restore(path);
		application.exec("INSERT INTO notes (text) VALUES ('after the restore')");
		await untilReplicaEquals(`the backup is restored, the database is at version ${version}, and the replica has it`);
		const same = generationsOf() === generations;
		console.log(`Litestream ${replicating.exitCode === null ? "goes on" : "has ended"}`);
		console.log(
			same ? `its generation is ${generations} still: no new full copy` : `its generations: ${generationsOf()}`,
		);
		if (!same || replicating.exitCode !== null) process.exitCode = 1;
	} finally {
		replicating.kill();
		application.close();
	}
} finally {
	rmSync(folder, { recursive: true, force: true });
}

/** @returns the path of the program. */
function buildLitestream(): string {
	const bin = resolve(import.meta.dirname, "../../node_modules/.cache/litestream");
	const path = join(bin, "litestream");
	if (existsSync(path)) return path;
	mkdirSync(bin, { recursive: true });
	const module = `github.com/benbjohnson/litestream/cmd/litestream@${VERSION}`;
	execFileSync("go", ["install", module], { env: { ...process.env, GOBIN: bin }, stdio: "inherit" });
	return path;
}

/** @returns the connection of an application, which stays open. */
async function beginDatabase(): Promise<BetterSqlite3.Database> {
	{
		await using migrate = await Migrate.open(memorySource(FILES), `sqlite-native://${database}`);
		await migrate.steps(1);
	}
	const connection = new BetterSqlite3(database, { timeout: PATIENCE_MS });
	connection.pragma("journal_mode = WAL");
	connection.exec(
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO notes (text) SELECT hex(randomblob(50)) FROM n",
	);
	return connection;
}

/** The generations of the replica: each begins with a full copy. */
function generationsOf(): string {
	const printed = execFileSync(litestream, ["generations", replica], { encoding: "utf8" });
	const generations = printed.match(/\b[0-9a-f]{16}\b/g);
	if (generations === null) throw new Error(`Litestream names no generation: ${printed}`);
	return generations.join(", ");
}

/** Everything that the application and godwit keep. */
function contentOf(path: string): string {
	const connection = new BetterSqlite3(path, { timeout: PATIENCE_MS });
	try {
		const tables = connection
			.prepare(
				"SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_litestream_*' ORDER BY name",
			)
			.raw()
			.all() as [string, string][];
		return JSON.stringify(
			tables.map((table) => [table, connection.prepare(`SELECT * FROM "${table[0]}"`).raw().all()]),
		);
	} finally {
		connection.close();
	}
}

/** Restores the replica again and again until it is what the database is. Prints what that shows, and how long it took. */
async function untilReplicaEquals(what: string): Promise<void> {
	const began = performance.now();
	const wanted = contentOf(database);
	const restored = join(folder, "restored.db");
	for (;;) {
		const failure = restoreFailure(restored);
		const same = failure === undefined && contentOf(restored) === wanted;
		rmSync(restored, { force: true });
		if (same) break;
		if (performance.now() - began > PATIENCE_MS) {
			throw new Error(`the replica is not what the database is, but should be: ${what}`, { cause: failure });
		}
		await setTimeout(200);
	}
	console.log(`${what} (${Math.round(performance.now() - began)} ms)`);
}

/** Restores the replica. @returns Why that was not possible, as long as there is nothing to restore. */
function restoreFailure(to: string): unknown {
	try {
		execFileSync(litestream, ["restore", "-o", to, replica], { stdio: "pipe" });
		return undefined;
	} catch (error) {
		return error;
	}
}
