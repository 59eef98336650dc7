import { mkdirSync, mkdtempSync, readdirSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import BetterSqlite3 from "better-sqlite3";

/** A folder for database files. */
export interface Place extends Disposable {
	readonly folder: string;
	/** `app.db` in it. */
	readonly path: string;
	of(...names: readonly string[]): string;
	/** Names of what lies in it. */
	files(): readonly string[];
}

export function createPlace(): Place {
	const folder = mkdtempSync(join(tmpdir(), "godwit-files-"));
	mkdirSync(folder, { recursive: true });
	return {
		folder,
		path: join(folder, "app.db"),
		of: (...names) => join(folder, ...names),
		files: () => readdirSync(folder).sort(),
		[Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
	};
}

/** Runs SQL without godwit. */
export function exec(path: string, sql: string): void {
	const database = new BetterSqlite3(path, { timeout: 0 });
	try {
		database.exec(sql);
	} finally {
		database.close();
	}
}

/** The rows of a query, as arrays, by SQLite without godwit. Nobody may be at work on the file. */
export function query(path: string, sql: string): readonly (readonly unknown[])[] {
	const database = new BetterSqlite3(path, { timeout: 0 });
	try {
		return database.prepare(sql).raw().all() as unknown[][];
	} finally {
		database.close();
	}
}

export function integrity(path: string): unknown {
	return query(path, "PRAGMA integrity_check")[0]?.[0];
}

/** Rows of the table `accounts`: more than a cache of two pages holds. */
const ACCOUNTS = 300;

export const CREATE_ACCOUNTS = `CREATE TABLE accounts (id INTEGER PRIMARY KEY, v INTEGER NOT NULL, note TEXT);
INSERT INTO accounts WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ACCOUNTS})
SELECT i, 1, printf('%.*c', 500, 'x') FROM n;
`;

/** Adds one to every row, most of which reach the file before the commit. */
export function changeAccounts(schema = "main"): string {
	return `PRAGMA ${schema}.cache_size = 2;\nUPDATE ${schema}.accounts SET v = v + 1;\n`;
}

/** The values that there are in the table: one, unless half a transaction is taken for data. */
export function accountValues(path: string): readonly unknown[] {
	return query(path, "SELECT v, count(*) FROM accounts GROUP BY v").flat();
}

/** @returns what `accountValues` says when all rows have the value. */
export function allAccounts(value: number): readonly unknown[] {
	return [value, ACCOUNTS];
}

/** Resolves when nothing is at a path any more. */
export async function untilGone(path: string): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const look = (): void => {
		if (!readdirSync(dirname(path)).includes(basename(path))) resolve();
	};
	const watcher = watch(dirname(path), look);
	look();
	await promise;
	watcher.close();
}
