import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import doctorSchema from "../../schemas/doctor.schema.json" with { type: "json" };
import { folderOf, godwit, threeMigrations } from "../fixtures/godwit.ts";

const ajv = new Ajv2020({ strict: true });
const valid = ajv.compile(doctorSchema);

describe.each(["sqlite-native", "sqlite-wasm", "sqlite-node"])("godwit doctor on %s", (backend) => {
	it("finds what is wrong, with the statements that cure it, and writes nothing", async () => {
		const cwd = await folderOf({});
		const path = join(cwd, "a.db");
		const made = new DatabaseSync(path, { enableDoubleQuotedStringLiterals: true, enableForeignKeyConstraints: false });
		made.exec("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p_id REFERENCES p); INSERT INTO c VALUES (1)");
		made.exec('CREATE VIEW v AS SELECT * FROM p WHERE id <> "none"');
		made.close();
		const before = await readFile(path);
		const args = ["-database", `${backend}://a.db`, "doctor"];
		const { code, stdout, stderr } = await godwit(args, { cwd });
		expect({ code, stderr }).toEqual({ code: 4, stderr: "" });
		expect(stdout).toContain("error: 1 row of c point to rows of p that do not exist, the first is row 1;");
		expect(stdout).toContain(`    DROP VIEW "v";\n    CREATE VIEW v AS SELECT * FROM p WHERE id <> 'none';\n`);
		const document = JSON.parse((await godwit([...args, "-json"], { cwd })).stdout);
		expect(valid(document), ajv.errorsText(valid.errors)).toBe(true);
		expect(document).toMatchObject({
			godwit: 1,
			command: "doctor",
			ok: false,
			diagnoses: [{ kind: "foreign-key" }, {}, {}],
		});
		expect(await readFile(path)).toEqual(before);
		expect(await readdir(cwd)).toEqual(["a.db"]);
	});

	it("finds nothing wrong with what migrations made", async () => {
		const cwd = await folderOf(threeMigrations);
		await godwit(["-path", "m", "-database", `${backend}://a.db`, "up"], { cwd });
		const { code, stdout } = await godwit(["-database", `${backend}://a.db`, "doctor"], { cwd });
		expect(code).toBe(0);
		expect(stdout).toMatch(
			/^note: SQLite [0-9.]+ was the last to write the database\nnothing is wrong with the database itself; status tells of its migrations\n$/,
		);
	});
});

describe("godwit doctor", () => {
	it("finds a damaged page", async () => {
		const cwd = await folderOf({});
		const path = join(cwd, "a.db");
		const made = new DatabaseSync(path);
		made.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
		made.close();
		const { open } = await import("node:fs/promises");
		const file = await open(path, "r+");
		await file.write(new Uint8Array(64).fill(0xff), 0, 64, 4096 + 8);
		await file.close();
		const { code, stdout } = await godwit(["-database", "sqlite://a.db", "doctor"], { cwd });
		expect(code).toBe(4);
		expect(stdout).toContain("error: the database is damaged: ");
	});

	it.each(["sqlite-native", "sqlite-wasm", "sqlite-node"])(
		"finds damage on %s that keeps it from reading a part, and goes on",
		async (backend) => {
			const cwd = await folderOf({});
			const path = join(cwd, "a.db");
			const made = new DatabaseSync(path, { enableForeignKeyConstraints: false });
			made.exec("CREATE TABLE t (a); CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p)");
			made.exec(
				"INSERT INTO c VALUES (7); WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO t SELECT hex(zeroblob(50)) FROM n",
			);
			made.close();
			const bytes = await readFile(path);
			for (const damaged of [Buffer.from(bytes).fill(0xff, 4096, 4112), bytes.subarray(0, bytes.length / 2)]) {
				await writeFile(path, damaged);
				const { code, stdout } = await godwit(["-database", `${backend}://a.db`, "doctor"], { cwd });
				expect(code).toBe(4);
				expect(stdout).toContain("error: the database is damaged: ");
			}
			await writeFile(path, Buffer.from(bytes).fill(0xff, 4096, 4112));
			const { stdout } = await godwit(["-database", `${backend}://a.db`, "doctor"], { cwd });
			expect(stdout).toContain("error: 1 row of c point to rows of p that do not exist");
		},
	);

	it("says that there is no database, and makes none", async () => {
		const cwd = await folderOf({});
		const { code, stdout } = await godwit(["-database", "sqlite://a.db", "doctor"], { cwd });
		expect({ code, stdout }).toEqual({ code: 4, stdout: expect.stringContaining("warning: there is no database at ") });
		expect(await readdir(cwd)).toEqual([]);
	});
});
