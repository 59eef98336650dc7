import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Two migrations. What the second one draws tells whether two databases come from the same run of it. */
export const DRAW = {
	"1_draws.up.sql": "CREATE TABLE draws (drawn TEXT NOT NULL);",
	"1_draws.down.sql": "DROP TABLE draws;",
	"2_draw.up.sql": "INSERT INTO draws VALUES (hex(randomblob(16)));",
};

/** A folder for a test, with a cache of templates in it. */
export interface TestFolder extends Disposable {
	readonly path: string;
	readonly cacheFolder: string;
	/** Writes migrations into a folder of their own. @returns Its URL. */
	migrations(files: Readonly<Record<string, string>>): string;
}

export function testFolder(): TestFolder {
	const path = mkdtempSync(join(tmpdir(), "godwit-testing-"));
	return {
		path,
		cacheFolder: join(path, "cache"),
		migrations(files) {
			const folder = mkdtempSync(join(path, `migrations-${randomBytes(2).toString("hex")}-`));
			for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
			return `file://${folder}`;
		},
		[Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
	};
}
