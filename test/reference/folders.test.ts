import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DifferenceId } from "./differences.ts";
import { goTool } from "./go-tool.ts";
import { godwitTool } from "./godwit-tool.ts";
import { buildReference, type Reference, startReference } from "./reference.ts";
import type { Place, Tool } from "./tool.ts";

/** A folder of migrations, and where `up` ends with it. */
interface Case {
	readonly id: DifferenceId;
	/** The drivers that show it; both by default. */
	readonly scheme?: string;
	/** A symbolic link by `{ to }`. */
	readonly files: Readonly<Record<string, string | { readonly to: string }>>;
	readonly go: string;
	readonly godwit: string;
}

const CASCADE = `CREATE TABLE p (id INTEGER PRIMARY KEY);
	CREATE TABLE c (p REFERENCES p (id) ON DELETE CASCADE);
	INSERT INTO p VALUES (1);
	INSERT INTO c VALUES (1);
	DELETE FROM p;
	CREATE TABLE left_over (n CHECK (n = 1));
	INSERT INTO left_over SELECT count(*) FROM c;`;

const CASES: readonly Case[] = [
	{
		id: "settings-put-back",
		files: {
			"1_a.up.sql": "PRAGMA ignore_check_constraints = 1",
			"2_b.up.sql": "CREATE TABLE c (x CHECK (x > 0)); INSERT INTO c VALUES (-1)",
		},
		go: "ok 2",
		godwit: "failed 1",
	},
	{
		id: "settings-put-back",
		files: { "1_a.up.sql": "ATTACH ':memory:' AS other", "2_b.up.sql": "CREATE TABLE other.t (x)" },
		go: "ok 2",
		godwit: "failed 1",
	},
	{
		id: "double-quoted-strings",
		scheme: "sqlite3",
		files: { "1_a.up.sql": 'CREATE TABLE a (x); INSERT INTO a VALUES ("text")' },
		go: "ok 1",
		godwit: "failed -1",
	},
	{
		id: "unbound-parameters",
		scheme: "sqlite3",
		files: { "1_a.up.sql": "CREATE TABLE a (x); INSERT INTO a VALUES (?)" },
		go: "failed 1 dirty",
		godwit: "ok 1",
	},
	{
		id: "built-in-modules",
		scheme: "sqlite3",
		files: { "1_a.up.sql": "CREATE VIRTUAL TABLE a USING fts5 (x)" },
		go: "failed 1 dirty",
		godwit: "ok 1",
	},
	{
		id: "built-in-modules",
		scheme: "ncruces-sqlite3",
		files: { "1_a.up.sql": "CREATE VIRTUAL TABLE a USING rtree (x, y, z)" },
		go: "ok 1",
		godwit: "failed -1",
	},
	{
		id: "foreign-keys-off",
		scheme: "ncruces-sqlite3",
		files: { "1_a.up.sql": CASCADE },
		go: "failed 1 dirty",
		godwit: "ok 1",
	},
	{ id: "source-read-errors", files: { "1_a.up.sql": { to: "gone.sql" } }, go: "ok 1", godwit: "unreadable -1" },
	{ id: "links-to-folders", files: { "1_a.up.sql": { to: ".." } }, go: "ok 1", godwit: "no-migrations -1" },
];

let reference: Reference;
let folder: string;
beforeAll(async () => {
	reference = await startReference((await buildReference()).reference);
	folder = await mkdtemp(join(tmpdir(), "godwit-folders-"));
}, 900_000);
afterAll(async () => {
	await reference[Symbol.asyncDispose]();
	await rm(folder, { recursive: true });
});

async function up(tool: Tool, place: Place): Promise<string> {
	await tool.open(place);
	const { outcome, version, dirty } = await tool.perform({ kind: "up" });
	await tool.close();
	return `${outcome} ${version}${dirty ? " dirty" : ""}`;
}

describe.for(["sqlite3", "ncruces-sqlite3"])("up with a folder, over %s", (scheme) => {
	const cases = CASES.filter((test) => test.scheme === undefined || test.scheme === scheme);

	it.for(cases)("shows $id: $files", async ({ files, go, godwit }) => {
		const migrations = await mkdtemp(join(folder, "migrations-"));
		await mkdir(migrations, { recursive: true });
		for (const [name, content] of Object.entries(files)) {
			if (typeof content === "string") await writeFile(join(migrations, name), content);
			else await symlink(content.to, join(migrations, name));
		}
		const place = (tool: string): Place => ({ migrations, database: `${migrations}-${tool}.db` });
		expect(
			await up(
				goTool(async () => reference, scheme),
				place("go"),
			),
		).toBe(go);
		expect(await up(godwitTool({ scheme, atomic: true }), place("godwit"))).toBe(godwit);
	});
});
