import { join } from "node:path";
import { textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createLab, failedMigration, failure, type Lab, ups } from "./lab.ts";

/** What a body can set, and a value that no connection starts with. */
const SETTINGS = {
	automatic_index: 0n,
	busy_timeout: 1234n,
	cache_size: 77n,
	cell_size_check: 1n,
	full_column_names: 1n,
	ignore_check_constraints: 1n,
	journal_size_limit: 5n,
	legacy_alter_table: 1n,
	locking_mode: "exclusive",
	read_uncommitted: 1n,
	recursive_triggers: 1n,
	reverse_unordered_selects: 1n,
	secure_delete: 1n,
	short_column_names: 0n,
	temp_store: 2n,
	trusted_schema: 0n,
};

describe.each(backends)("what a body does to its connection, on $name", (backend) => {
	let lab: Lab;

	beforeEach(() => {
		lab = createLab(backend);
	});

	afterEach(() => lab[Symbol.dispose]());

	it.each(Object.entries(SETTINGS))("does not reach the next body: %s", async (name, value) => {
		const see = (table: string) => `CREATE TABLE ${table} AS SELECT * FROM pragma_${name}`;
		await lab.up(ups(see("earlier")));
		await lab.up(ups("", `PRAGMA ${name}=${value}`, see("seen")));
		const [before, after] = [lab.all("SELECT * FROM earlier"), lab.all("SELECT * FROM seen")];
		expect(after).toEqual(before);
		expect(Object.values(after[0] ?? {})).not.toEqual([value]);
	});

	it("does not reach the next body: query_only, which a body outside a transaction can set", async () => {
		await lab.up(ups("-- godwit: no-transaction\nPRAGMA query_only=1;", "CREATE TABLE t (a);"));
		expect(await lab.version()).toEqual({ version: 2n, dirty: false });
	});

	it("does not reach it either when the body fails", async () => {
		await using driver = await lab.open();
		await failure(
			"ERR_SQL",
			driver.run(textBody("PRAGMA cache_size=77; PRAGMA legacy_alter_table=ON; DROP TABLE no;")),
		);
		await driver.run(textBody("CREATE TABLE seen AS SELECT * FROM pragma_cache_size, pragma_legacy_alter_table;"));
		await driver.close();
		expect(lab.all("SELECT legacy_alter_table FROM seen WHERE cache_size <> 77")).toEqual([{ legacy_alter_table: 0n }]);
	});

	it("works in the body itself: PRAGMA legacy_alter_table lets a rename leave references alone", async () => {
		const body = "CREATE TABLE a (x); CREATE VIEW v AS SELECT x FROM a; ALTER TABLE a RENAME TO b;";
		await lab.up(ups(`PRAGMA legacy_alter_table=ON; ${body}`));
		expect(lab.all("SELECT sql FROM sqlite_schema WHERE name = 'v'")).toEqual([
			{ sql: "CREATE VIEW v AS SELECT x FROM a" },
		]);
		await lab.down({ ...ups(body), "1_step.down.sql": "DROP VIEW v; DROP TABLE b;" });
		await lab.up(ups(body));
		expect(lab.all("SELECT sql FROM sqlite_schema WHERE name = 'v'")).toEqual([
			{ sql: 'CREATE VIEW v AS SELECT x FROM "b"' },
		]);
	});

	it("detaches what it attached", async () => {
		const other = join(lab.folder, "other db.db");
		const attach = `ATTACH '${other}' AS "other db"; CREATE TABLE "other db".t (a);`;
		const again = `ATTACH '${other}' AS "other db"; INSERT INTO "other db".t VALUES (1);`;
		await lab.up(ups(attach, again, `-- godwit: no-transaction\n${again}`));
		using connection = backend.connect(other);
		expect(connection.all("SELECT a FROM t")).toEqual([{ a: 1n }, { a: 1n }]);
		expect(await lab.version()).toEqual({ version: 3n, dirty: false });
	});

	it("detaches it after a failure too, and nothing of it is kept", async () => {
		const other = join(lab.folder, "other.db");
		const body = `ATTACH '${other}' AS other; CREATE TABLE other.t (a); CREATE TABLE u (a);`;
		const { cause } = await failedMigration("ERR_SQL", lab.up(ups(`${body} DROP TABLE missing;`)));
		expect(cause.message).toBe("no such table: missing");
		await lab.up(ups(body));
		expect(lab.schema()).toHaveLength(1);
	});
});
