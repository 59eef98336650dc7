import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMigrateError, Migrate, NIL_VERSION } from "godwit";
import pg from "pg";
import { type PostgresServer, startPostgres } from "../../packages/postgres/test/fixtures/postgres-server.ts";
import { chapter, conclude, ok, quote, table, title } from "../knowledge-base/demo-output.ts";

const MIGRATIONS = new URL("migrations", import.meta.url);
const FAILING = new URL("failing", import.meta.url);
/** golang-migrate's own command, where `test/reference/build.sh` has built it. */
const GOLANG_MIGRATE = fileURLToPath(new URL("../../node_modules/.cache/reference/migrate", import.meta.url));
const LATEST = 8n;

async function goUp(url: string): Promise<void> {
	chapter("Up, on a server of its own");
	await using migrate = await Migrate.open(MIGRATIONS.href, url);
	const { applied } = await migrate.up();
	assert.deepEqual(await migrate.version(), { version: LATEST, dirty: false });
	table(
		["postgres"],
		applied.map(({ version, identifier, durationMs }) => ({
			label: `${String(version).padStart(2)}  ${identifier}`,
			milliseconds: [durationMs],
		})),
	);
	const titles = await read(
		url,
		"SELECT title FROM articles WHERE search @@ to_tsquery('english', 'flag') ORDER BY id",
	);
	assert.equal(titles.length, 2);
	ok(`full-text search for "flag" finds ${titles.length} articles, "${titles[0]}" first`);
}

async function goDownAndUpAgain(url: string): Promise<void> {
	chapter("Down to nothing and up again");
	const before = await contents(url);
	await using migrate = await Migrate.open(MIGRATIONS.href, url);
	assert.equal((await migrate.down()).to, NIL_VERSION);
	const left = await read(
		url,
		"SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'schema_migrations%'",
	);
	assert.deepEqual(left, []);
	await migrate.up();
	assert.deepEqual(await contents(url), before);
	ok("nothing was left in between, and now schema and data are the same as before");
}

async function fail(url: string, folder: string): Promise<void> {
	chapter("A migration with a mistake in the middle");
	for (const part of [MIGRATIONS, FAILING]) await cp(part, folder, { recursive: true });
	const before = await contents(url);
	await using migrate = await Migrate.open(pathToFileURL(folder).href, url);
	const error: unknown = await migrate.up().then(
		() => assert.fail("the failing migration succeeded"),
		(reason: unknown) => reason,
	);
	assert.ok(isMigrateError(error, "ERR_MIGRATION_FAILED"), String(error));
	quote(error.message.replace(/^.*\//, "migrations/"));
	assert.deepEqual(await migrate.version(), { version: LATEST, dirty: false });
	assert.deepEqual(await contents(url), before);
	ok("as if it had never run: version 8, not dirty, no trace of its first statements");
}

async function takeTurns(url: string): Promise<void> {
	chapter("golang-migrate and godwit, in turn");
	if (!existsSync(GOLANG_MIGRATE)) {
		ok(
			"left out: golang-migrate is not built here; sh test/reference/build.sh node_modules/.cache/reference builds it",
		);
		return;
	}
	const before = await contents(url);
	const go = (...args: readonly string[]): void => {
		const database = url.replace("postgres://", "pgx5://").concat("?sslmode=disable");
		execFileSync(GOLANG_MIGRATE, ["-path", fileURLToPath(MIGRATIONS), "-database", database, ...args], {
			stdio: "ignore",
		});
	};
	go("down", "3");
	await using migrate = await Migrate.open(MIGRATIONS.href, url);
	assert.equal((await migrate.status()).version, 5n);
	ok("golang-migrate takes three down, and godwit sees it");
	await migrate.steps(1);
	go("up");
	assert.deepEqual(await migrate.version(), { version: LATEST, dirty: false });
	assert.deepEqual(await contents(url), before);
	ok("godwit takes one up and golang-migrate the others: schema and data are the same as before");
}

/** The columns of all tables, their indexes, and the articles. */
async function contents(url: string): Promise<unknown> {
	return {
		columns: await read(
			url,
			"SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'schema_migrations%' ORDER BY 1",
		),
		indexes: await read(
			url,
			"SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'schema_migrations%' ORDER BY 1",
		),
		articles: await read(
			url,
			"SELECT concat_ws('|', slug, title, body, author, tags, author_id, status) FROM articles ORDER BY slug",
		),
	};
}

/** The first column of a query. */
async function read(url: string, sql: string): Promise<readonly string[]> {
	const client = new pg.Client(url);
	await client.connect();
	try {
		return (await client.query({ text: sql, rowMode: "array" })).rows.map(([value]) => String(value));
	} finally {
		await client.end();
	}
}

title("The knowledge base of a field station for godwits", "8 migrations, PostgreSQL");
const folder = await mkdtemp(join(tmpdir(), "godwit-demo-"));
try {
	await using server: PostgresServer = await startPostgres();
	const url = `${server.url}/postgres`;
	await goUp(url);
	await goDownAndUpAgain(url);
	await fail(url, folder);
	await takeTurns(url);
	conclude("Everything was as expected.");
} finally {
	await rm(folder, { recursive: true, force: true });
}
