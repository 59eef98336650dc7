import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Migrate, memorySource, type RehearsalReport } from "@godwit/core";
import { sqliteNode } from "@godwit/sqlite-node";

/** Names that a page must show and not obey. */
export const ODD_NAMES: readonly string[] = [
	"</style><script>document.title = 'owned'</script>",
	`"><img src=x onerror="document.title = 'owned'">`,
	"'; </pre></code></svg><a href=https://example.com>",
	"\u202Eשלום עולם\u202E",
	"x".repeat(300),
	"&lt;b&gt; &amp; ]]> <!--",
];

function quoted(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}

/** Rehearses a migration that takes rows from tables of such names, renames one, and leaves the way back open. */
export async function oddNamesRehearsal(): Promise<RehearsalReport> {
	const [first = "", ...others] = ODD_NAMES.map(quoted);
	const children = others.map(
		(name) => `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, ${first} TEXT REFERENCES ${first});`,
	);
	const rows = others.map((name) => `INSERT INTO ${name} VALUES (1, 'a'), (2, NULL);`);
	const files = {
		"1_base.up.sql": [
			`CREATE TABLE ${first} (k TEXT PRIMARY KEY);`,
			`INSERT INTO ${first} VALUES ('a'), ('</script><script>document.title = 1</script>');`,
			...children,
			...rows,
			`CREATE TABLE quiet (id INTEGER PRIMARY KEY, p TEXT REFERENCES ${first});`,
		].join("\n"),
		'2_<b>bold & "quoted"<b>.up.sql': [
			`DELETE FROM ${first};`,
			...others.map((name) => `ALTER TABLE ${name} ADD COLUMN "</td><script>" INTEGER;`),
			`CREATE INDEX "<i>" ON ${others[0]} (id);`,
		].join("\n"),
	};
	const folder = mkdtempSync(join(tmpdir(), "godwit-page-"));
	try {
		await using migrate = new Migrate({
			source: memorySource(files),
			driver: await sqliteNode.open(`sqlite-node://${join(folder, "app.db")}`),
		});
		await migrate.steps(1);
		return await migrate.rehearse();
	} finally {
		rmSync(folder, { recursive: true });
	}
}
