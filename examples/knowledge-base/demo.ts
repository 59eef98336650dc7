import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isMigrateError, Migrate, type MigrateError, type MigrationReport, NIL_VERSION } from "godwit";
import { readContents } from "./database-contents.ts";
import { chapter, conclude, ok, quote, table, title } from "./demo-output.ts";
import { countReferences, repairRatings, search } from "./demo-queries.ts";

/** The two backends; swapping one for the other takes this one word of the URL. */
const SCHEMES = ["sqlite-native", "sqlite-wasm"] as const;
type Scheme = (typeof SCHEMES)[number];

const MIGRATIONS = new URL("migrations", import.meta.url);
const FAILING = new URL("failing", import.meta.url);
const LATEST = 18n;

const folder = await mkdtemp(join(tmpdir(), "godwit-demo-"));
const withMistake = join(folder, "migrations");

function file(scheme: Scheme): string {
	return join(folder, `${scheme}.db`);
}

async function open(scheme: Scheme, { path = file(scheme), source = MIGRATIONS, options = "" } = {}): Promise<Migrate> {
	return Migrate.open(source.href, `${scheme}://${encodeURI(path)}${options}`);
}

async function goUp(): Promise<void> {
	chapter("Up, on both backends. Only the scheme of the URL differs.");
	const reports: MigrationReport[] = [];
	for (const scheme of SCHEMES) {
		await using migrate = await open(scheme);
		reports.push(await migrate.up());
		assert.deepEqual(await migrate.version(), { version: LATEST, dirty: false });
	}
	const [native, wasm] = reports.map(({ applied }) => applied);
	assert.ok(native !== undefined && wasm !== undefined);
	assert.equal(native.length, Number(LATEST));
	table(
		SCHEMES,
		native.map(({ version, identifier, durationMs }, index) => ({
			label: `${String(version).padStart(2)}  ${identifier}`,
			milliseconds: [durationMs, wasm[index]?.durationMs ?? Number.NaN],
		})),
	);
}

function sameInBoth<T>(read: (path: string) => T): T {
	const [native, wasm] = [read(file("sqlite-native")), read(file("sqlite-wasm"))];
	assert.deepEqual(wasm, native);
	return native;
}

function compare(): void {
	chapter("The same database, twice");
	const { schema, rows } = sameInBoth(readContents);
	const tables = Object.values(rows);
	ok(`${Object.keys(schema).length} objects in the schema, their SQL byte for byte the same`);
	ok(`${tables.flat().length} rows in ${tables.length} tables, equal`);
	const found = sameInBoth((path) => search(path, "flagged"));
	assert.equal(found.length, 3);
	ok(`full-text search for "flagged" finds ${found.length} articles, "${found[0]}" first`);
}

async function goDownAndUpAgain(): Promise<void> {
	chapter("Down to 8 and up again, which rebuilds two tables that others point to");
	for (const scheme of SCHEMES) {
		const before = readContents(file(scheme));
		await using migrate = await open(scheme);
		for (const version of [13, 8, 9, 14, 18]) {
			const references = countReferences(file(scheme));
			await migrate.migrate(version);
			assert.deepEqual(countReferences(file(scheme)), references, `after the way to ${version}`);
		}
		assert.deepEqual(readContents(file(scheme)), before);
	}
	const { cascading, nulling } = sameInBoth(countReferences);
	ok(`all ${cascading} rows that point to articles with ON DELETE CASCADE are still there`);
	ok(`all ${nulling} that point to authors with ON DELETE SET NULL still do`);
	ok("schema and data are the same as before, to the byte");
}

async function takeDownWithTheOther(): Promise<void> {
	chapter("What one backend took up, the other takes down");
	for (const [up, down] of [SCHEMES, [...SCHEMES].reverse() as [Scheme, Scheme]] as const) {
		const path = join(folder, `${up}-then-${down}.db`);
		{
			await using migrate = await open(up, { path });
			await migrate.up();
		}
		await using migrate = await open(down, { path });
		const { from, to } = await migrate.down();
		assert.deepEqual([from, to], [LATEST, NIL_VERSION]);
		assert.deepEqual(readContents(path), { schema: {}, rows: {}, autoVacuum: 0 });
		ok(`up with ${up.padEnd(13)} down with ${down.padEnd(13)} nothing is left`);
	}
}

async function fail(): Promise<void> {
	chapter("A migration with a mistake in the middle");
	for (const part of [MIGRATIONS, FAILING]) await cp(part, withMistake, { recursive: true });
	const messages = new Set<string>();
	for (const scheme of SCHEMES) {
		const before = readContents(file(scheme));
		await using migrate = await open(scheme, { source: pathToFileURL(withMistake) });
		messages.add((await failure(migrate.up())).message);
		assert.deepEqual(await migrate.version(), { version: LATEST, dirty: false });
		assert.deepEqual(readContents(file(scheme)), before);
	}
	quoteTheOne(messages);
	ok("as if it had never run: version 18, not dirty, no trace of its first statements");
}

async function failOutsideTransaction(): Promise<void> {
	chapter("The same with x-no-tx-wrap=true, golang-migrate's way: nothing can be rolled back");
	const source = pathToFileURL(withMistake);
	const messages = new Set<string>();
	for (const scheme of SCHEMES) {
		await using migrate = await open(scheme, { source, options: "?x-no-tx-wrap=true" });
		messages.add((await failure(migrate.up())).message);
		assert.deepEqual(await migrate.version(), { version: 19n, dirty: true });
		await assert.rejects(migrate.up(), (error) => isMigrateError(error, "ERR_DIRTY"));
	}
	quoteTheOne(messages);
	ok('dirty at 19; "up" refuses to guess what is there and what is not');

	for (const scheme of SCHEMES) {
		repairRatings(file(scheme));
		await using migrate = await open(scheme);
		await migrate.force(LATEST);
		assert.deepEqual(await migrate.version(), { version: LATEST, dirty: false });
	}
	sameInBoth(readContents);
	ok("repaired as it says, with DROP TABLE ratings and force 18");
}

function quoteTheOne(messages: ReadonlySet<string>): void {
	assert.equal(messages.size, 1, "both backends say the same");
	for (const message of messages) quote(message.replaceAll(withMistake, "migrations"));
}

async function failure(promise: Promise<unknown>): Promise<MigrateError<"ERR_MIGRATION_FAILED">> {
	const error = await promise.then(
		() => assert.fail("the failing migration succeeded"),
		(reason: unknown) => reason,
	);
	assert.ok(isMigrateError(error, "ERR_MIGRATION_FAILED"), String(error));
	return error;
}

try {
	title("The knowledge base of a field station for godwits", "18 migrations, two SQLite backends");
	await goUp();
	compare();
	await goDownAndUpAgain();
	await takeDownWithTheOther();
	await fail();
	await failOutsideTransaction();
	conclude("Everything was as expected. On PostgreSQL it is: pnpm demo:postgres");
} finally {
	await rm(folder, { recursive: true, force: true });
}
