import { readdir } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import planSchema from "../../schemas/plan.schema.json" with { type: "json" };
import statusSchema from "../../schemas/status.schema.json" with { type: "json" };
import { folderOf, godwit } from "../fixtures/godwit.ts";

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, formats: { "date-time": true } });
const valid = ajv.addSchema(statusSchema).compile(planSchema);

const files = {
	"m/1_notes.up.sql": `CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT);
CREATE TABLE tags (note INTEGER REFERENCES notes (id) ON DELETE CASCADE);
INSERT INTO notes VALUES (1, 'a');
INSERT INTO notes VALUES (2, 'b');`,
	"m/1_notes.down.sql": "DROP TABLE tags; DROP TABLE notes;",
	"m/2_rebuild.up.sql": `CREATE TABLE new (id INTEGER PRIMARY KEY, title TEXT);
INSERT INTO new SELECT * FROM notes;
DROP TABLE notes;
ALTER TABLE new RENAME TO notes;`,
};

describe.each(["sqlite-native", "sqlite-wasm", "sqlite-node"])("godwit plan on %s", (backend) => {
	it("tells what each statement would do, and makes no file", async () => {
		const cwd = await folderOf(files);
		const outcome = await godwit(["-path", "m", "-database", `${backend}://a.db`, "plan"], { cwd });
		expect(outcome).toEqual({
			code: 0,
			stderr: "",
			stdout: `1/u notes  in one transaction
    1:1  creates table notes
    2:1  creates table tags
    3:1  writes notes (2 statements)
2/u rebuild  in one transaction
    1:1  creates table new
    2:1  writes new; reads notes
    3:1  destroys notes
    4:1  renames table new to notes
    m/2_rebuild.up.sql:3:1  note drop-cascades: DROP TABLE leaves rows of tags as they are, since foreign keys are not enforced while a migration runs; with x-foreign-keys=true it would delete or change them
${backend}://a.db: 2 to run; 0 errors, 0 warnings, 1 note; nothing was run
`,
		});
		expect(await readdir(cwd)).toEqual(["m"]);
	});

	it("names the table whose rows a rebuild would lose, and exits with 4", async () => {
		const cwd = await folderOf(files);
		const flags = ["-path", "m", "-database", `${backend}://a.db?x-foreign-keys=true`];
		await godwit([...flags, "up", "1"], { cwd });
		const { code, stdout } = await godwit([...flags, "up", "-dry-run", "-json"], { cwd });
		expect(code).toBe(4);
		const plan = JSON.parse(stdout);
		expect(valid(plan), ajv.errorsText(valid.errors)).toBe(true);
		expect(plan).toMatchObject({
			from: "1",
			ok: false,
			migrations: [{ version: "2", location: "m/2_rebuild.up.sql" }],
		});
		expect(plan.migrations[0].effects.statements[2]).toMatchObject({
			line: 3,
			destroys: ["notes"],
			cascades: ["tags"],
		});
		expect(plan.migrations[0].effects.findings).toMatchObject([{ rule: "drop-cascades", level: "error", line: 3 }]);
		expect((await godwit([...flags, "version"], { cwd })).stdout).toBe("1\n");
	});
});

describe("godwit plan", () => {
	it("exits with 3 when something would run, with -exit-code", async () => {
		const cwd = await folderOf(files);
		const run = async (options: string, ...args: readonly string[]): Promise<number | null> =>
			(await godwit(["-path", "m", "-database", `sqlite-native://a.db${options}`, ...args], { cwd })).code;
		expect(await run("", "plan")).toBe(0);
		expect(await run("", "plan", "-exit-code")).toBe(3);
		expect(await run("", "plan", "down", "-exit-code")).toBe(0);
		await run("", "up", "1");
		expect(await run("?x-foreign-keys=true", "plan", "-exit-code")).toBe(4);
		expect(await run("", "plan", "down", "1", "-exit-code")).toBe(3);
		await run("", "up");
		expect(await run("", "plan", "-exit-code")).toBe(0);
	});

	it.each([["-backup"], ["-backup-dir", "x"], ["-keep", "1"], ["-rehearse"], ["-html", "a.html"]])(
		"refuses %s, which does nothing with -dry-run",
		async (...flags) => {
			const cwd = await folderOf(files);
			const { code, stderr } = await godwit(["-path", "m", "-database", "sqlite://a.db", "up", "-dry-run", ...flags], {
				cwd,
			});
			expect(code).toBe(2);
			expect(stderr).toContain(`-dry-run runs nothing, so ${flags[0]} does nothing with it; leave one of them out`);
		},
	);

	it("refuses what up refuses inside a transaction, and exits with 4", async () => {
		const cwd = await folderOf({ "m/1_a.up.sql": "CREATE TABLE a (b);\n COMMIT;" });
		const flags = ["-path", "m", "-database", "sqlite://a.db"];
		const { code, stdout } = await godwit([...flags, "plan"], { cwd });
		expect(code).toBe(4);
		expect(stdout).toContain(
			"m/1_a.up.sql:2:2  error fails: COMMIT; would break the transaction around the file; take",
		);
		expect((await godwit([...flags, "up"], { cwd })).stderr).toContain(
			"COMMIT; would break the transaction around the file; take",
		);
	});

	it("says what runs in rounds, and where up would refuse it", async () => {
		const batch = "/* godwit: AND b IN (SELECT b FROM a WHERE b < 9 LIMIT 2) */";
		const cwd = await folderOf({
			"m/1_a.up.sql": "CREATE TABLE a (b);",
			"m/2_b.up.sql": `-- godwit: until-done\nDELETE FROM a WHERE b < 9 ${batch};`,
			"m/2_b.down.sql": `-- godwit: until-done\nDELETE FROM a WHERE b < 9 ${batch};`,
			"m/3_c.up.sql": `-- godwit: until-done\nDELETE FROM a WHERE b < 9 ${batch}\n  LIMIT 5;`,
		});
		const flags = ["-path", "m", "-database", "sqlite://a.db"];
		const { code, stdout } = await godwit([...flags, "plan"], { cwd });
		expect(stdout).toContain("2/u b  in rounds\n    2:1  writes a\n");
		expect(stdout).toContain("3/u c  in rounds\n    m/3_c.up.sql:3:3  error fails: a file with");
		expect(code).toBe(4);
		const plan = JSON.parse((await godwit([...flags, "plan", "-json"], { cwd })).stdout);
		expect(valid(plan), ajv.errorsText(valid.errors)).toBe(true);
		expect(plan.migrations[1].effects).toMatchObject({ rounds: true, transaction: false, fails: false });
		await godwit([...flags, "up", "2"], { cwd });
		expect((await godwit([...flags, "plan", "down", "1"], { cwd })).stdout).toContain("2/d b  in rounds\n");
	});

	it("says that a way down runs whole where no history would know its rounds", async () => {
		const cwd = await folderOf({
			"m/1_a.up.sql": "CREATE TABLE a (b);",
			"m/1_a.down.sql": "-- godwit: until-done\nDELETE FROM a /* godwit: WHERE b IN (SELECT b FROM a LIMIT 2) */;",
		});
		const flags = ["-path", "m", "-database", "sqlite://a.db?x-history=off"];
		await godwit([...flags, "up"], { cwd });
		expect((await godwit([...flags, "plan", "down", "1"], { cwd })).stdout).toContain("1/d a  in one transaction\n");
	});

	it("plans a way down, and to a version", async () => {
		const cwd = await folderOf(files);
		const flags = ["-path", "m", "-database", "sqlite://a.db"];
		await godwit([...flags, "up", "1"], { cwd });
		const down = await godwit([...flags, "plan", "down", "3"], { cwd });
		expect(down.stdout).toContain("1/d notes  in one transaction\n    1:1  destroys tags\n    1:18  destroys notes\n");
		expect(down.stdout).toContain("2 more asked for than there are\n");
		expect((await godwit([...flags, "plan", "goto", "1"], { cwd })).stdout).toBe("sqlite://a.db: nothing to run\n");
	});

	it.each([
		[["sideways"], 'there is no plan for "sideways"; write plan up, plan down or plan goto V'],
		[["up", "x"], "can't read limit argument N"],
		[["goto"], "please specify version argument V"],
		[["up", "1", "2"], 'too many arguments: "2" is left over'],
	])("refuses %j", async (args, message) => {
		const cwd = await folderOf(files);
		const { code, stderr } = await godwit(["-path", "m", "-database", "sqlite://a.db", "plan", ...args], { cwd });
		expect(code).toBe(1);
		expect(stderr).toContain(message);
	});
});
