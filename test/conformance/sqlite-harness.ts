import { execFileSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { DriverHarness } from "@godwit/conformance";
import { type DriverFactory, textBody } from "@godwit/core";

/** Durability is not what the laws ask for; test/torture does. */
const OPTIONS = "x-synchronous=off";

const DIALECT: DriverHarness["dialect"] = {
	create: (name) => `CREATE TABLE "${name}" (id INTEGER);`,
	drop: (name) => `DROP TABLE "${name}";`,
	failing: "INSERT INTO a_table_that_is_not_there VALUES (1);",
	comment: (text) => `-- ${text}`,
	noTransaction: (body) => `-- godwit: no-transaction\n${body}`,
	noStore: (body) => `-- godwit: no-store\n${body}`,
	reachesBeyond: "ATTACH 'another.db' AS another;",
	endTransaction: ["COMMIT;", "END;", "ROLLBACK;", "COMMIT;\nBEGIN;", "/* now */ commit transaction;"],
	createOnLines: (name) => `CREATE TABLE "${name}" (\n\tid INTEGER,\n\tname TEXT DEFAULT ';\n'\n);`,
	inlineComment: (text) => `/* ${text} */`,
	unclosed: "'never closed",
};

/** What makes the version unreadable. */
const SPOILED: Readonly<Record<string, string>> = {
	"a word where the number was":
		"DROP TABLE schema_migrations; CREATE TABLE schema_migrations (version, dirty); INSERT INTO schema_migrations VALUES ('five', 0)",
	"columns of text, in which numbers are kept as text":
		"DROP TABLE schema_migrations; CREATE TABLE schema_migrations (version TEXT, dirty TEXT); INSERT INTO schema_migrations VALUES (5, 0)",
	"a version below -1": "UPDATE schema_migrations SET version = -2",
	"a dirty flag that is neither": "UPDATE schema_migrations SET dirty = 'perhaps'",
	"a second row": "INSERT INTO schema_migrations (version, dirty) VALUES (6, FALSE)",
	"a table without the column": "ALTER TABLE schema_migrations RENAME COLUMN version TO v",
};

function withDatabase<T>(path: string, work: (database: DatabaseSync) => T): T {
	const database = new DatabaseSync(path);
	try {
		return work(database);
	} finally {
		database.close();
	}
}

/**
 * One SQLite database in a folder of its own, observed through Node's own binding.
 *
 * @param options Further ones of the URL.
 */
export async function sqliteHarness(
	factory: DriverFactory,
	options: string = "",
): Promise<DriverHarness & AsyncDisposable> {
	const folder = await mkdtemp(join(tmpdir(), "godwit-laws-"));
	const path = join(folder, "app.db");

	/** Of a copy, made by another process: closing the file in this one would drop the locks that the driver holds on it. */
	function onCopy<T>(work: (copy: string) => T): T {
		const copy = `${folder}-copy.db`;
		execFileSync("cp", [existsSync(path) ? path : "/dev/null", copy]);
		try {
			return work(copy);
		} finally {
			rmSync(copy);
		}
	}

	function observe<T>(work: (database: DatabaseSync) => T): T {
		return onCopy((copy) => withDatabase(copy, work));
	}

	/** Another process too writes the changed copy over the file. */
	function change(sql: string): void {
		onCopy((copy) => {
			withDatabase(copy, (database) => database.exec(sql));
			execFileSync("cp", [copy, path]);
		});
	}

	return {
		open: () => factory.open(`sqlite://${path}?${OPTIONS}&${options}`),
		dialect: DIALECT,
		objects: async () =>
			observe((database) =>
				database
					.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'schema_migrations*'")
					.all()
					.map(({ name }) => String(name)),
			),
		async fingerprint() {
			const hash = 'for f in *; do if [ -L "$f" ]; then readlink "$f"; elif [ -s "$f" ]; then sha256sum "$f"; fi; done';
			return execFileSync("sh", ["-c", hash], { cwd: folder, encoding: "utf8" });
		},
		stealLock: (holder) =>
			holder.run(
				textBody(
					"-- godwit: no-transaction\nUPDATE schema_migrations_lock SET owner = 'somebody else', expires_at = '9999-01-01', locked = TRUE",
				),
			),
		async blockUnlock() {
			change(
				"CREATE TRIGGER kept BEFORE UPDATE ON schema_migrations_lock WHEN NOT NEW.locked BEGIN SELECT RAISE(ABORT, 'the lock is kept'); END",
			);
			return async () => change("DROP TRIGGER kept");
		},
		spoilVersion: {
			...Object.fromEntries(Object.entries(SPOILED).map(([what, sql]) => [what, async () => change(sql)])),
			"a file that is no database": async () => writeFileSync(path, "no database ".repeat(1_000)),
		},
		[Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
	};
}
