import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { memorySource } from "godwit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GATE } from "../../../test/files/gate.ts";
import { runReadme } from "../../run-readme.ts";
import { bringUpToDate } from "../bring-up-to-date.ts";

const FIRST = { "1_notes.up.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);" };
const SECOND = { ...FIRST, "2_pin.up.sql": "ALTER TABLE notes ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;" };
/** What is before the gate is kept, whatever becomes of the second statement. */
const outside = (second: string): string =>
	`-- godwit: no-transaction\nUPDATE notes SET text = text || '?';\n${GATE}${second};`;

let folder: string;
let path: string;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "godwit-desktop-"));
	path = join(folder, "notes.db");
	await bringUpToDate(path, memorySource(FIRST));
	inDatabase((database) => database.exec("PRAGMA journal_mode = WAL; INSERT INTO notes (text) VALUES ('keep me')"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function inDatabase<T>(work: (database: DatabaseSync) => T): T {
	const database = new DatabaseSync(path);
	try {
		return work(database);
	} finally {
		database.close();
	}
}

/** The notes, where the database is, and whether its pages are whole. */
function content(): unknown {
	return inDatabase((database) => ({
		notes: database
			.prepare("SELECT * FROM notes")
			.all()
			.map((row) => ({ ...row })),
		version: { ...database.prepare("SELECT version, dirty FROM schema_migrations").get() },
		integrity: database.prepare("PRAGMA integrity_check").get()?.integrity_check,
	}));
}

const at = (version: number, ...notes: readonly object[]): unknown => ({
	notes,
	version: { version, dirty: 0 },
	integrity: "ok",
});
const backups = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith(".backup"));

/** Starts the app, and kills it when its upgrade comes to a gate, or to the gate after those that it may pass. */
async function killAtGate(files: object, passing = 0): Promise<void> {
	const program = fileURLToPath(new URL("./fixtures/stopping-app.ts", import.meta.url));
	const child = spawn(process.execPath, [program, path, JSON.stringify(files), String(passing)], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const exited = once(child, "exit");
	await Promise.race([once(child.stdout, "data"), exited]);
	child.kill("SIGKILL");
	expect(await exited).toEqual([null, "SIGKILL"]);
}

describe("bringUpToDate", () => {
	it("migrates, with a backup of what was there before, and then does nothing", async () => {
		expect(backups()).toEqual([]);
		expect(await bringUpToDate(path, memorySource(SECOND))).toMatchObject({ from: 1n, to: 2n });
		expect(content()).toEqual(at(2, { id: 1, text: "keep me", pinned: 0 }));
		expect(backups()).toEqual([expect.stringMatching(/^notes\.db\.v1\./)]);
		expect(await bringUpToDate(path, memorySource(SECOND))).toMatchObject({ applied: [] });
		expect(backups()).toHaveLength(1);
	});

	it.each([
		["in a transaction", "DELETE FROM notes; DROP TABLE missing;"],
		["outside a transaction", outside("DROP TABLE missing")],
	])("leaves the database as it was when a migration fails %s, and throws why", async (_, third) => {
		const before = content();
		const failing = memorySource({ ...SECOND, "3_fails.up.sql": third });
		await expect(bringUpToDate(path, failing)).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			message: expect.stringContaining("no such table: missing"),
		});
		expect(content()).toEqual(before);
		const repaired = memorySource({ ...SECOND, "3_repaired.up.sql": "DELETE FROM notes;" });
		expect(await bringUpToDate(path, repaired)).toMatchObject({ from: 1n, to: 3n });
		expect(content()).toEqual(at(3));
	});

	it("refuses a database that a newer release has migrated, and leaves it as it was", async () => {
		await bringUpToDate(path, memorySource(SECOND));
		const before = [readdirSync(folder), content()];
		await expect(bringUpToDate(path, memorySource(FIRST))).rejects.toMatchObject({
			code: "ERR_DATABASE_NEWER",
			details: { version: 2n, newest: 1n },
		});
		expect([readdirSync(folder), content()]).toEqual(before);
	});

	it("leaves nothing of a first start that fails outside a transaction, so that the next one begins anew", async () => {
		rmSync(path);
		const failing = memorySource({
			"1_notes.up.sql": `-- godwit: no-transaction\n${FIRST["1_notes.up.sql"]} DROP TABLE missing;`,
		});
		await expect(bringUpToDate(path, failing)).rejects.toMatchObject({ code: "ERR_MIGRATION_FAILED" });
		expect(readdirSync(folder)).toEqual([]);
		expect(await bringUpToDate(path, memorySource(FIRST))).toMatchObject({ to: 1n });
		expect(readdirSync(folder)).toEqual(["notes.db"]);
		expect(content()).toEqual(at(1));
	});

	it("begins anew after a first start that was killed outside a transaction", async () => {
		rmSync(path);
		const first = `-- godwit: no-transaction\n${FIRST["1_notes.up.sql"]}\n${GATE}`;
		await killAtGate({ "1_notes.up.sql": first }, 1);
		expect(readdirSync(folder)).not.toContain("notes.db");
		expect(await bringUpToDate(path, memorySource(FIRST))).toMatchObject({ to: 1n });
		expect(content()).toEqual(at(1));
		expect(readdirSync(folder)).toEqual(["notes.db"]);
	});

	it("goes on after it was killed in a migration", async () => {
		const files = { ...SECOND, "3_upper.up.sql": `UPDATE notes SET text = upper(text);\n${GATE}` };
		await killAtGate(files);
		expect(content()).toEqual(at(2, { id: 1, text: "keep me", pinned: 0 }));
		expect(await bringUpToDate(path, memorySource(files))).toMatchObject({ from: 2n, to: 3n });
		expect(content()).toEqual(at(3, { id: 1, text: "KEEP ME", pinned: 0 }));
	});

	it("restores and migrates again after it was killed in a migration outside a transaction", async () => {
		const files = { ...SECOND, "3_append.up.sql": outside("UPDATE notes SET text = text || '!'") };
		// Such a file is read once before it runs.
		await killAtGate(files, 1);
		expect(content()).toMatchObject({ version: { version: 3, dirty: 1 } });
		await bringUpToDate(path, memorySource(files));
		expect(content()).toEqual(at(3, { id: 1, text: "keep me?!", pinned: 0 }));
	});

	it("tells of a database that is dirty and has no backup", async () => {
		inDatabase((database) => database.exec("UPDATE schema_migrations SET dirty = 1"));
		await expect(bringUpToDate(path, memorySource(SECOND))).rejects.toMatchObject({ code: "ERR_DIRTY" });
	});

	it("tells of both when the restore fails too, and where the backup is", async () => {
		const source = memorySource({
			...FIRST,
			"2_fails.up.sql": () => {
				for (const name of backups()) rmSync(join(folder, name));
				return "DROP TABLE missing;";
			},
		});
		await expect(bringUpToDate(path, source)).rejects.toMatchObject({
			errors: [{ code: "ERR_MIGRATION_FAILED" }, { code: "ERR_DATABASE" }],
			message: expect.stringMatching(/no such table: missing[\s\S]*from its backup .*notes\.db\.v1\..*\.backup$/),
		});
	});
});

describe("the app", () => {
	const start = (): Promise<unknown> =>
		new Promise((resolve) => {
			const program = fileURLToPath(new URL("../desktop.ts", import.meta.url));
			execFile(process.execPath, [program, path], (error, stdout, stderr) =>
				resolve({ status: error?.code ?? 0, stdout, stderr }),
			);
		});

	it("says to a person that a newer release is needed, and ends with 1", async () => {
		await bringUpToDate(path, memorySource({ ...SECOND, "3_x.up.sql": "SELECT 1;" }));
		expect(await start()).toEqual({
			status: 1,
			stdout: "",
			stderr: expect.stringMatching(/newer release.*nothing was changed/),
		});
	});

	it("says to a person that the notes are as they were, and ends with 1", async () => {
		inDatabase((database) => database.exec("ALTER TABLE notes ADD COLUMN pinned"));
		expect(await start()).toEqual({
			status: 1,
			stdout: "",
			stderr: expect.stringMatching(
				/They are as they were[\s\S]*2_pin_notes\.up\.sql:1:1: duplicate column name: pinned/,
			),
		});
	});

	it("has a README with commands that work", async () => {
		const [first, second, ...others] = await runReadme(new URL("../", import.meta.url));
		expect(others).toEqual([]);
		expect(first).toMatchObject({ status: 0, stderr: "", stdout: "schema 2, 2 applied now\n- Water the plants\n" });
		expect(second).toMatchObject({ status: 0, stderr: "", stdout: "schema 2, 0 applied now\n- Water the plants\n" });
	});
});
