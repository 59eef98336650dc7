import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import BetterSqlite3 from "better-sqlite3";
import { Migrate } from "godwit";
import { type DatabaseContents, normaliseSchema, readContents } from "../database-contents.ts";

export const SCHEMES = ["sqlite-native", "sqlite-wasm"] as const;
export type Scheme = (typeof SCHEMES)[number];

export const LATEST = 18n;
export const EMPTY: DatabaseContents = { schema: {}, rows: {}, autoVacuum: 0 };

const MIGRATIONS = new URL("../migrations", import.meta.url);
const FAILING = new URL("../failing", import.meta.url);

/** A database of its own for one test. */
export interface Station extends AsyncDisposable {
	readonly path: string;
	/** @param options What follows in the URL: `&x-no-tx-wrap=true`. */
	migrate(scheme: Scheme, options?: string): Promise<Migrate>;
	/** The same with the migration that fails. */
	migrateWithMistake(scheme: Scheme, options?: string): Promise<Migrate>;
	contents(): DatabaseContents;
	/** Runs SQL as the app does, with foreign keys on, and returns the rows of its last statement. */
	app(...statements: readonly string[]): readonly unknown[];
}

export async function fieldStation(): Promise<Station> {
	const folder = await mkdtemp(join(tmpdir(), "godwit-knowledge-base-"));
	const path = join(folder, "handbook.db");
	// Nothing here survives a power cut, and nothing has to.
	const url = (scheme: Scheme, options: string): string => `${scheme}://${path}?x-synchronous=off${options}`;
	return {
		path,
		migrate: async (scheme, options = "") => Migrate.open(MIGRATIONS.href, url(scheme, options)),
		async migrateWithMistake(scheme, options = "") {
			const withMistake = join(folder, "migrations");
			for (const part of [MIGRATIONS, FAILING]) await cp(part, withMistake, { recursive: true });
			return Migrate.open(pathToFileURL(withMistake).href, url(scheme, options));
		},
		contents() {
			const contents = readContents(path);
			return { ...contents, schema: normaliseSchema(contents.schema) };
		},
		app(...statements) {
			const database = new BetterSqlite3(path);
			try {
				let rows: readonly unknown[] = [];
				for (const sql of statements) {
					const statement = database.prepare(sql);
					if (statement.reader) rows = statement.raw().all();
					else statement.run();
				}
				return rows;
			} finally {
				database.close();
			}
		},
		[Symbol.asyncDispose]: async () => rm(folder, { recursive: true, force: true }),
	};
}
