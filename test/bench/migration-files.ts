import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Pair {
	readonly version: number;
	readonly up: string;
	readonly down: string;
}

/** The database that migrations are for. */
export type Dialect = "sqlite" | "postgresql";

/** A key that counts by itself. */
const KEYS: Readonly<Record<Dialect, string>> = {
	sqlite: "INTEGER PRIMARY KEY",
	postgresql: "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
};

/** Small migrations of one statement each, since not every tool takes more: a table, a column, an index, a row, and so on. */
function smallMigrations(count: number, dialect: Dialect): readonly Pair[] {
	return Array.from({ length: count }, (_, at): Pair => {
		const table = `table_${Math.floor(at / 4)}`;
		const version = at + 1;
		switch (at % 4) {
			case 0:
				return {
					version,
					up: `CREATE TABLE ${table} (id ${KEYS[dialect]}, name TEXT NOT NULL, created_at TEXT DEFAULT CURRENT_TIMESTAMP);\n`,
					down: `DROP TABLE ${table};\n`,
				};
			case 1:
				return {
					version,
					up: `ALTER TABLE ${table} ADD COLUMN note TEXT;\n`,
					down: `ALTER TABLE ${table} DROP COLUMN note;\n`,
				};
			case 2:
				return {
					version,
					up: `CREATE INDEX ${table}_name ON ${table} (name);\n`,
					down: `DROP INDEX ${table}_name;\n`,
				};
			default:
				return {
					version,
					up: `INSERT INTO ${table} (name, note) VALUES ('first', 'made by migration ${version}');\n`,
					down: `DELETE FROM ${table} WHERE name = 'first';\n`,
				};
		}
	});
}

export interface PairOptions {
	/** Written before and after each statement. */
	readonly before?: string;
	readonly after?: string;
	readonly dialect?: Dialect;
}

/** `000001_small.up.sql` and `.down.sql`: godwit, golang-migrate and the tools that are handed SQL. */
export function writePairs(
	folder: string,
	count: number,
	{ before = "", after = "", dialect = "sqlite" }: PairOptions = {},
): void {
	for (const { version, up, down } of smallMigrations(count, dialect)) {
		const name = join(folder, `${String(version).padStart(6, "0")}_small`);
		writeFileSync(`${name}.up.sql`, before + up + after);
		writeFileSync(`${name}.down.sql`, before + down + after);
	}
}

/** As many migrations keep foreign keys from a table that is built anew. */
export const FOREIGN_KEYS_OFF_AND_ON = { before: "PRAGMA foreign_keys=OFF;\n", after: "PRAGMA foreign_keys=ON;\n" };

/** goose and dbmate keep both directions in one file, with a comment before each. */
export function writeAnnotated(
	folder: string,
	count: number,
	before: { readonly up: string; readonly down: string },
	dialect: Dialect = "sqlite",
): void {
	for (const { version, up, down } of smallMigrations(count, dialect)) {
		const name = `${String(version).padStart(6, "0")}_small.sql`;
		writeFileSync(join(folder, name), `${before.up}\n${up}\n${before.down}\n${down}`);
	}
}

/** drizzle-orm reads a journal that names the files. */
export function writeDrizzle(folder: string, count: number, dialect: Dialect = "sqlite"): void {
	mkdirSync(join(folder, "meta"));
	const entries = smallMigrations(count, dialect).map(({ version, up }) => {
		const tag = `${String(version).padStart(6, "0")}_small`;
		writeFileSync(join(folder, `${tag}.sql`), up);
		return { idx: version - 1, version: "6", when: version, tag, breakpoints: true };
	});
	const journal = { version: "7", dialect, entries };
	writeFileSync(join(folder, "meta/_journal.json"), JSON.stringify(journal));
}
