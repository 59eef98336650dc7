/**
 * The tests that `run-suite.ts` runs with Vitest: each wants a database with all migrations, asks it for their number, and closes it.
 * The environment variable SUITE_OF_TESTS has a `SuiteOfTests` as JSON.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Template } from "@godwit/testing";
import type BetterSqlite3 from "better-sqlite3";
import { expect, it } from "vitest";
import type { SuiteOfTests } from "./run-suite.ts";

const { modules, binding, way, place, source, tests, migrations, folder } = JSON.parse(
	process.env.SUITE_OF_TESTS ?? "",
) as SuiteOfTests;

type Database = Pick<DatabaseSync, "close"> & { prepare(sql: string): { get(): unknown } };

const Database =
	binding === "sqlite-native"
		? (createRequire(join(modules, "godwit"))("better-sqlite3") as typeof BetterSqlite3)
		: DatabaseSync;

const { Migrate, openSource } = (await installed("godwit")) as typeof import("godwit");
const begin = await (way === "template" ? copying() : migrating());

it.for(Array.from({ length: tests }, (_, at) => at))("test %i", async (at, { task }) => {
	const cpu = process.cpuUsage();
	const database = await begin(at);
	expect(database.prepare("SELECT count(*) AS n FROM schema_migrations_history").get()).toEqual({ n: migrations });
	database.close();
	const { user, system } = process.cpuUsage(cpu);
	Object.assign(task.meta, { cpuMilliseconds: (user + system) / 1000 });
});

async function copying(): Promise<() => Promise<Database>> {
	const { createTemplate } = (await installed("@godwit/testing")) as typeof import("@godwit/testing");
	const template: Template = await createTemplate({
		source,
		database: `${binding}://`,
		cacheFolder: join(folder, "cache"),
	});
	if (place === "memory") return () => template.open(Database as new (...args: never[]) => Database);
	return async () => new Database((await template.copy()).path) as Database;
}

async function migrating(): Promise<(at: number) => Promise<Database>> {
	const path = (at: number): string => (place === "memory" ? ":memory:" : join(folder, `${way}-${binding}-${at}.db`));
	const driver = (await installed(`@godwit/${binding}`))[binding === "sqlite-native" ? "sqliteNative" : "sqliteNode"];
	return async (at) => {
		const database = new Database(path(at));
		const migrate = new Migrate({ source: await openSource(source), driver: driver.withInstance(database) });
		await migrate.up();
		await migrate.close();
		return database as Database;
	};
}

function installed(name: string) {
	return import(join(modules, name, "dist/index.js"));
}
