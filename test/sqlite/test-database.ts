import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	type Driver,
	type ErrorCode,
	isMigrateError,
	Migrate,
	type MigrateError,
	type MigrateOptions,
	type MigrationFiles,
	memorySource,
	type VersionState,
} from "@godwit/core";
import type { Backend } from "./backends.ts";

/** A database file in a folder of its own, godwit on it, and the engine without godwit. */
export interface TestDatabase extends Disposable {
	readonly backend: Backend;
	readonly folder: string;
	readonly path: string;
	url(options?: string): string;
	open(options?: string): Promise<Driver>;
	/** Does something with one migration set, and closes it. */
	migrate<T>(files: MigrationFiles, work: (migrate: Migrate) => Promise<T>, options?: TestRunOptions): Promise<T>;
	up(files: MigrationFiles, options?: TestRunOptions): Promise<void>;
	down(files: MigrationFiles, options?: TestRunOptions): Promise<void>;
	version(): Promise<VersionState>;
	exec(sql: string): void;
	all(sql: string): readonly Readonly<Record<string, unknown>>[];
	/**
	 * As `all`, for use during a run, between its transactions: of a copy that another process makes. Closing the file in this
	 * one would drop the locks that sqlite-wasm holds on it.
	 */
	allOfCopy(sql: string): readonly Readonly<Record<string, unknown>>[];
	/** Everything that a migration made, as SQLite keeps it; godwit's own tables are left out. */
	schema(): readonly unknown[];
	/** Names of the files in the folder. */
	files(): readonly string[];
}

export interface TestRunOptions extends MigrateOptions {
	/** Of the URL. */
	readonly url?: string;
}

/** Durability is what the torture tests are about. */
const FAST = "x-synchronous=off";

export function createTestDatabase(backend: Backend): TestDatabase {
	const folder = mkdtempSync(join(tmpdir(), "godwit-sqlite-"));
	const path = join(folder, "app.db");
	const db: TestDatabase = {
		backend,
		folder,
		path,
		url: (options) => `${backend.name}://${path}?${options ?? FAST}`,
		open: (options) => backend.factory.open(db.url(options)),
		async migrate(files, work, { url, ...options } = {}) {
			const driver = await db.open(url === undefined ? FAST : `${FAST}&${url}`);
			await using migrate = new Migrate({ source: memorySource(files), driver, ...options });
			return await work(migrate);
		},
		up: (files, options) => db.migrate(files, async (migrate) => void (await migrate.up()), options),
		down: (files, options) => db.migrate(files, async (migrate) => void (await migrate.down()), options),
		async version() {
			await using driver = await db.open();
			const { version, dirty } = await driver.version();
			return { version, dirty };
		},
		exec(sql) {
			using connection = backend.connect(path);
			connection.exec(sql);
		},
		all(sql) {
			using connection = backend.connect(path);
			return connection.all(sql);
		},
		allOfCopy(sql) {
			const copy = `${path}-copy`;
			execFileSync("cp", [path, copy]);
			try {
				using connection = backend.connect(copy);
				return connection.all(sql);
			} finally {
				rmSync(copy);
			}
		},
		schema: () =>
			db.all("SELECT type, name, sql FROM sqlite_schema WHERE tbl_name NOT LIKE 'schema_migrations%' ORDER BY name"),
		files: () => readdirSync(folder).sort(),
		[Symbol.dispose]: () => rmSync(folder, { recursive: true }),
	};
	return db;
}

/** Numbers bodies from 1: the ups of a migration set. */
export function ups(...bodies: readonly string[]): MigrationFiles {
	return Object.fromEntries(bodies.map((body, index) => [`${index + 1}_step.up.sql`, body]));
}

/** What a promise is rejected with, which must be a `MigrateError` of this code. */
export async function failure<C extends ErrorCode>(code: C, promise: Promise<unknown>): Promise<MigrateError<C>> {
	const error = await promise.then(
		(value) => new Error(`nothing failed; the result is ${String(value)}`),
		(reason: unknown) => reason,
	);
	if (isMigrateError(error, code)) return error;
	throw error;
}

/** Why a migration failed, which must be a `MigrateError` of this code. */
export async function failedMigration<C extends ErrorCode>(
	code: C,
	promise: Promise<unknown>,
): Promise<{ readonly failed: MigrateError<"ERR_MIGRATION_FAILED">; readonly cause: MigrateError<C> }> {
	const failed = await failure("ERR_MIGRATION_FAILED", promise);
	if (isMigrateError(failed.cause, code)) return { failed, cause: failed.cause };
	throw failed;
}
