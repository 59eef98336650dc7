import { rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import lineSchema from "../../schemas/line.schema.json" with { type: "json" };
import statusSchema from "../../schemas/status.schema.json" with { type: "json" };
import { folderOf, godwit, type Outcome, threeMigrations, withoutTimes } from "../fixtures/godwit.ts";

const backends = ["sqlite-native", "sqlite-wasm"] as const;

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, formats: { "date-time": true } });
const validStatus = ajv.addSchema(statusSchema, "status.schema.json").getSchema("status.schema.json");
const validLine = ajv.compile(lineSchema);

/** Checks each line against its schema. */
function lines(stdout: string): readonly Readonly<Record<string, unknown>>[] {
	return stdout
		.trimEnd()
		.split("\n")
		.map((text) => {
			const line = JSON.parse(text) as Readonly<Record<string, unknown>>;
			const valid = line.command === "status" ? validStatus : validLine;
			expect(valid?.(line), `${text}\n${ajv.errorsText(valid?.errors)}`).toBe(true);
			return line;
		});
}

interface Place {
	readonly cwd: string;
	/** Runs the command in this folder, on this database. */
	run(...args: readonly string[]): Promise<Outcome>;
}

async function placeOf(backend: string, options = "x-history=full"): Promise<Place> {
	const cwd = await folderOf(threeMigrations);
	const flags = ["-path", "m", "-database", `${backend}://a.db?${options}`];
	return { cwd, run: (...args) => godwit([...flags, ...args], { cwd }) };
}

/** With 2 gone: it can be merged below 3. */
async function withoutSecond(backend: string): Promise<Place> {
	const place = await placeOf(backend);
	rmSync(join(place.cwd, "m/2_posts.up.sql"));
	rmSync(join(place.cwd, "m/2_posts.down.sql"));
	await place.run("up");
	writeFileSync(join(place.cwd, "m/2_posts.up.sql"), threeMigrations["m/2_posts.up.sql"] ?? "");
	writeFileSync(join(place.cwd, "m/2_posts.down.sql"), threeMigrations["m/2_posts.down.sql"] ?? "");
	return place;
}

describe.each(backends)("godwit status on %s", (backend) => {
	it("makes no file, and says what comes next", async () => {
		const { cwd, run } = await placeOf(backend);
		const { code, stdout, stderr } = await run("status");
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(stdout).toContain("1        users  pending\n");
		expect(stdout).toContain(`${backend}://a.db is without any migration; 3 pending\n`);
		expect(stdout).toContain(`backend: ${backend} (`);
		expect(stdout).toContain(`\nnext: godwit -database '${backend}://a.db?x-history=full' -path m up\n`);
		expect(await readdir(cwd)).toEqual(["m"]);
		expect((await run("status", "-exit-code")).code).toBe(3);
	});

	it("has nothing to say of what is applied", async () => {
		const { run } = await placeOf(backend);
		await run("up");
		const { code, stdout } = await run("status", "-exit-code");
		expect(code).toBe(0);
		expect(stdout).toMatch(/^3 +tags +applied +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\S+ +godwit \d/m);
		expect(stdout).toContain("a.db is at version 3; 3 applied\n");
		expect(stdout).not.toContain("next:");
	});

	it("names no command for a version that has no file, since all of them refuse", async () => {
		const { cwd, run } = await placeOf(backend);
		await run("up", "2");
		for (const direction of ["up", "down"]) rmSync(join(cwd, `m/2_posts.${direction}.sql`), { force: true });
		const { stdout } = await run("status");
		expect(stdout).toMatch(/^3 +tags +pending$/m);
		expect(stdout).toContain("the database is at version 2: there is no such migration in the source");
		expect(stdout).not.toContain("next:");
	});

	it("exits with 4 for what is wrong, and names the files", async () => {
		const { cwd, run } = await withoutSecond(backend);
		writeFileSync(join(cwd, "m/1_users.up.sql"), "CREATE TABLE users (other);");
		const { code, stdout } = await run("status", "-exit-code");
		expect(code).toBe(4);
		expect(stdout).toMatch(/^1 +users +changed/m);
		expect(stdout).toMatch(/^2 +posts +out-of-order$/m);
		expect(stdout).toMatch(/^error: m\/2_posts\.up\.sql is not applied and is below version 3/m);
		expect(stdout).toMatch(/^error: m\/1_users\.up\.sql changed since it was applied/m);
		expect(stdout).toMatch(/^next: godwit .* history -diff 1$/m);
	});

	it("writes one document with -json", async () => {
		const { run } = await withoutSecond(backend);
		const [status, ...more] = lines((await run("status", "-json")).stdout);
		expect(more).toEqual([]);
		expect(status).toMatchObject({
			database: `${backend}://a.db`,
			version: "3",
			newest: "3",
			ok: false,
			counts: { applied: 2, "out-of-order": 1 },
			findings: [{ kind: "out-of-order", versions: ["2"] }],
		});
	});

	it("works on a database that another tool made", async () => {
		const { cwd, run } = await placeOf(backend);
		const database = new DatabaseSync(join(cwd, "a.db"));
		database.exec(
			"CREATE TABLE schema_migrations (version uint64, dirty bool); INSERT INTO schema_migrations VALUES (2, 0)",
		);
		database.close();
		const { code, stdout } = await run("status", "-exit-code");
		expect(code).toBe(3);
		expect(stdout).toMatch(/^2 +posts +adopted \(a guess\)$/m);
		expect(stdout).toContain(
			"note: another tool has probably applied m/1_users.up.sql, m/2_posts.up.sql; the next up adopts this\n",
		);
		expect((await run("history")).stdout).toBe("");
	});

	it("says that no history is kept with x-history=off", async () => {
		const { run } = await placeOf(backend, "x-history=off");
		await run("up", "2");
		const { stdout } = await run("status");
		expect(stdout).toMatch(/^2 +posts +applied$/m);
		expect(stdout).toContain("; no history is kept\n");
		expect((await run("history")).stderr).toContain("no history");
	});
});

describe("what a terminal would obey", () => {
	it("is not printed, whether a file name or a note has it", async () => {
		const { cwd, run } = await placeOf("sqlite-native");
		writeFileSync(join(cwd, "m/4_a\u001b[2Jb.up.sql"), "");
		await run("up");
		await run("repair", "-accept", "4", "-note", "a\u001b[31mb");
		for (const command of ["status", "history"]) {
			const { stdout } = await run(command);
			expect(stdout).toContain("a\uFFFD[2Jb");
			expect(stdout).not.toContain("\u001b");
		}
		expect((await run("history")).stdout).toContain("a\uFFFD[31mb");
	});
});

describe("the policies", () => {
	it("stop at a file below the version, skip it, or apply it", async () => {
		const { run } = await withoutSecond("sqlite-native");
		const stopped = await run("up");
		expect(stopped.code).toBe(1);
		expect(stopped.stderr).toMatch(/^error: m\/2_posts\.up\.sql is not applied and is below version 3/);
		const skipped = await run("up", "-out-of-order", "skip");
		expect(skipped.code).toBe(0);
		expect(skipped.stderr).toMatch(/^warning: m\/2_posts\.up\.sql is not applied.*\nno change\n$/);
		const applied = await run("up", "-out-of-order", "apply");
		expect(applied.stderr).toMatch(/^2\/u posts/);
		expect((await run("version")).stdout).toBe("3\n");
	});

	it("let a newer database be", async () => {
		const { cwd, run } = await placeOf("sqlite-native");
		await run("up");
		rmSync(join(cwd, "m/3_tags.up.sql"));
		rmSync(join(cwd, "m/3_tags.down.sql"));
		expect(await run("up")).toMatchObject({ code: 1, stderr: expect.stringContaining("-newer allow") });
		expect(await run("up", "-newer", "allow")).toMatchObject({ code: 0, stderr: expect.stringContaining("no change") });
		const { stdout } = await run("status");
		expect(stdout).toMatch(/^3 +tags +newer/m);
		expect(stdout).not.toContain("next:");
	});

	it("are words that the command line knows", async () => {
		const { run } = await placeOf("sqlite-native");
		expect(await run("up", "-out-of-order", "yes")).toMatchObject({
			code: 2,
			stderr: expect.stringContaining("it must be error or skip or apply"),
		});
		expect((await run("down", "-out-of-order", "skip")).code).toBe(2);
	});
});

describe("godwit history", () => {
	it("shows what happened, in its order", async () => {
		const { run } = await placeOf("sqlite-native");
		await run("up");
		await run("down", "1");
		await run("force", "1");
		const { stdout } = await run("history");
		expect(stdout.split("\n").map((line) => /(?:up|down|force) \d|WHAT/.exec(line)?.[0])).toEqual([
			"WHAT",
			"up 1",
			"up 2",
			"up 3",
			"down 3",
			"force 1",
			undefined,
		]);
		expect((await run("history", "-n", "2")).stdout.split("\n")).toHaveLength(4);
		expect(lines((await run("history", "-json")).stdout).map(({ op }) => op)).toEqual([
			"up",
			"up",
			"up",
			"down",
			"force",
		]);
	});

	it("shows a file as it ran, and how it differs now", async () => {
		const { cwd, run } = await placeOf("sqlite-native");
		await run("up");
		writeFileSync(join(cwd, "m/1_users.up.sql"), "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n");
		expect((await run("history", "-show", "1")).stdout).toBe("CREATE TABLE users (id INTEGER PRIMARY KEY);\n");
		expect((await run("history", "-show", "1:down")).stdout).toBe("DROP TABLE users;\n");
		expect((await run("history", "-diff", "1")).stdout).toContain(
			"-CREATE TABLE users (id INTEGER PRIMARY KEY);\n\\ No newline at end of file\n+CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n",
		);
		expect((await run("history", "-diff", "2")).stdout).toBe("no difference\n");
		for (const args of [
			["-show", "1"],
			["-diff", "1"],
		])
			lines((await run("history", "-json", ...args)).stdout);
	});

	it("shows what ran, although a person has accepted an edit since", async () => {
		const { cwd, run } = await placeOf("sqlite-native");
		await run("up");
		writeFileSync(join(cwd, "m/3_tags.up.sql"), "CREATE TABLE edited (id);");
		await run("repair", "-accept", "3");
		expect(await run("history", "-show", "3")).toMatchObject({
			stdout: `${threeMigrations["m/3_tags.up.sql"]}\n`,
			stderr: "",
		});
		expect((await run("history", "-diff", "3")).stdout).toContain("+CREATE TABLE edited (id);");
		const [shown] = lines((await run("history", "-show", "3", "-json")).stdout);
		expect(shown).toMatchObject({ op: "up", ranAt: expect.any(String), text: threeMigrations["m/3_tags.up.sql"] });
		expect(shown).not.toHaveProperty("keptAt");
		await run("redo");
		expect((await run("history", "-show", "3")).stdout).toBe("CREATE TABLE edited (id);\n");
	});

	it("says of a file that was adopted that nobody knows what ran", async () => {
		const { cwd, run } = await placeOf("sqlite-native");
		const database = new DatabaseSync(join(cwd, "a.db"));
		database.exec(
			"CREATE TABLE schema_migrations (version uint64, dirty bool); INSERT INTO schema_migrations VALUES (1, 0)",
		);
		database.close();
		await run("up", "1");
		const notice = /^notice: this is the file as it was when it was adopted at [-0-9: ]+; nobody knows what ran\n$/;
		expect(await run("history", "-show", "1")).toMatchObject({
			stdout: `${threeMigrations["m/1_users.up.sql"]}\n`,
			stderr: expect.stringMatching(notice),
		});
		writeFileSync(join(cwd, "m/1_users.up.sql"), "CREATE TABLE other (id);");
		const compared = await run("history", "-diff", "1");
		expect(compared.stdout).toContain("as it was adopted at ");
		expect(compared.stderr).toMatch(notice);
		for (const flag of ["-show", "-diff"]) {
			const [shown] = lines((await run("history", flag, "1", "-json")).stdout);
			expect(shown).toMatchObject({
				op: "adopt",
				keptAt: expect.any(String),
				notice: expect.stringContaining("nobody"),
			});
			expect(shown).not.toHaveProperty("ranAt");
		}
	});

	it("says of a file that was accepted that the text that ran was not kept", async () => {
		const { cwd, run } = await placeOf("sqlite-native", "x-history=hash");
		await run("up");
		writeFileSync(join(cwd, "m/3_tags.up.sql"), "CREATE TABLE edited (id);");
		await godwit(["-path", "m", "-database", "sqlite-native://a.db", "repair", "-accept", "3"], { cwd });
		expect(await run("history", "-show", "3")).toMatchObject({
			stdout: "CREATE TABLE edited (id);\n",
			stderr: expect.stringMatching(
				/^notice: the text that ran at \S+ \S+ was not kept; this is the file as it was when it was accepted at /,
			),
		});
	});

	it("says how a dirty migration was settled", async () => {
		const { cwd, run } = await placeOf("sqlite-native");
		writeFileSync(join(cwd, "m/2_posts.up.sql"), "-- godwit: no-transaction\nCREATE TABLE posts (id);\nnonsense;");
		await run("up");
		await run("repair", "-dirty", "reverted");
		expect((await run("history")).stdout).toMatch(/ {2}start 2 up {2}.*\n.* {2}settle 2 reverted {2}/);
		await run("up");
		await run("repair", "-dirty", "applied");
		expect((await run("history")).stdout).toContain("  settle 2 applied  ");
	});

	it("exits with 3 when migrations are pending, with -exit-code", async () => {
		const { run } = await placeOf("sqlite-native");
		await run("up", "2");
		expect((await run("history")).code).toBe(0);
		expect(await run("history", "-exit-code", "-n", "1")).toMatchObject({
			code: 3,
			stdout: expect.stringContaining("up 2"),
		});
		await run("up");
		expect((await run("history", "-exit-code", "-json")).code).toBe(0);
		expect(await run("history", "-exit-code", "-show", "1")).toMatchObject({
			code: 1,
			stderr: "error: -exit-code goes with the events, not with -show or -diff\n",
		});
	});

	it("says why there is no text, and what it cannot read", async () => {
		const { run } = await placeOf("sqlite-native", "x-history=hash");
		await run("up");
		expect((await run("history", "-show", "1")).stderr).toContain("x-history=hash");
		expect((await run("history", "-show", "7")).stderr).toContain("the history says nothing of it");
		expect((await run("history", "-diff", "9")).stderr).toContain("has no up file of version 9");
		expect((await run("history", "-show", "one")).stderr).toContain('it is "one"');
		expect((await run("history", "-show", "1", "-n", "1")).code).toBe(1);
	});
});

describe("godwit repair", () => {
	it("says that a file is right, with a note", async () => {
		const { cwd, run } = await placeOf("sqlite-native");
		await run("up", "2");
		writeFileSync(join(cwd, "m/1_users.up.sql"), "CREATE TABLE users (other);");
		expect((await run("up")).stderr).toContain("changed since it was applied");
		expect(await run("repair", "-accept", "1", "-note", "agreed")).toEqual({
			code: 0,
			stdout: "",
			stderr: "recorded: the file of version 1 is right as it is now\n",
		});
		expect((await run("up")).code).toBe(0);
		expect((await run("history")).stdout).toMatch(/accept 1 .*agreed/);
	});

	it("shows what there is to say without a flag", async () => {
		const { run } = await withoutSecond("sqlite-native");
		const { stdout } = await run("repair");
		expect(stdout).toContain("error: m/2_posts.up.sql is not applied");
		expect((await run("repair", "-skip", "2")).code).toBe(0);
		expect((await run("up")).stderr).toBe("no change\n");
		expect((await run("status", "-exit-code")).code).toBe(0);
	});

	it("says how a dirty migration ended", async () => {
		const { cwd, run } = await placeOf("sqlite-native");
		writeFileSync(join(cwd, "m/2_posts.up.sql"), "-- godwit: no-transaction\nCREATE TABLE posts (id);\nnonsense;");
		expect((await run("up")).code).toBe(1);
		expect((await run("status")).stdout).toMatch(/^next: godwit .* repair -dirty applied/m);
		expect((await run("repair", "-skip", "3")).stderr).toContain("dirty");
		expect((await run("repair", "-dirty", "applied")).code).toBe(0);
		expect((await run("up")).stderr).toMatch(/^3\/u tags/);
	});

	it("refuses what does not fit", async () => {
		const { run } = await placeOf("sqlite-native");
		await run("up");
		expect((await run("repair", "-skip", "1")).stderr).toBe(
			"error: nothing to repair: version 1 is applied; nothing was changed\n",
		);
		expect((await run("repair", "-skip", "1", "-adopt", "2")).stderr).toBe("error: one cure at a time\n");
		expect((await run("repair", "-skip", "-1")).code).toBe(1);
		expect((await run("repair", "-dirty", "maybe")).code).toBe(2);
	});
});

describe("godwit redo", () => {
	it("reverts and applies again, also a file that was edited", async () => {
		const { cwd, run } = await placeOf("sqlite-native");
		await run("up");
		writeFileSync(join(cwd, "m/3_tags.up.sql"), "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT);");
		expect((await run("redo")).stderr).toMatch(/^3\/d tags .*\n3\/u tags .*\n$/);
		expect((await run("status", "-exit-code")).code).toBe(0);
		expect((await run("redo", "0")).code).toBe(1);
	});

	it("leaves all as it was when the second half fails", async () => {
		const { cwd, run } = await placeOf("sqlite-native");
		await run("up");
		writeFileSync(join(cwd, "m/3_tags.up.sql"), "CREATE TABLE users (id);");
		expect((await run("redo", "2")).code).toBe(1);
		expect((await run("version")).stdout).toBe("3\n");
		expect(lines((await run("history", "-json")).stdout)).toHaveLength(3);
	});
});

describe.each(backends)("godwit down -stored on %s", (backend) => {
	/** With all applied, and the files of the last two gone. */
	async function withoutFiles(options?: string): Promise<Place> {
		const place = await placeOf(backend, options);
		await place.run("up");
		for (const name of ["2_posts", "3_tags"]) {
			for (const direction of ["up", "down"]) rmSync(join(place.cwd, `m/${name}.${direction}.sql`));
		}
		return place;
	}

	it("prints the texts, and reverts with them once somebody has said so", async () => {
		const { run } = await withoutFiles();
		expect((await run("down", "1")).stderr).toContain("above the newest migration");
		const asked = await run("down", "2", "-stored");
		expect(asked).toMatchObject({
			code: 1,
			stderr:
				"error: Not running the stored down texts: there is no terminal to ask on; add -f to go on without asking\n",
		});
		expect(asked.stdout.replaceAll(/applied [-0-9: ]+ UTC/g, "applied TIME")).toBe(
			"-- 3 tags, applied TIME (event 3)\nDROP TABLE tags;\n\n-- 2 posts, applied TIME (event 2)\nDROP TABLE posts;\n\n",
		);
		expect((await run("version")).stdout).toBe("3\n");
		const reverted = await run("down", "2", "-stored", "-f");
		expect(reverted).toMatchObject({ code: 0, stdout: asked.stdout });
		expect(withoutTimes(reverted.stderr)).toBe("3/d tags (TIME)\n2/d posts (TIME)\n");
		expect((await run("history")).stdout).toMatch(/down 2 +posts .* with the down text of event 2$/m);
		expect((await run("status", "-exit-code")).code).toBe(0);
		expect((await run("down", "3", "-stored", "-f")).stderr).toMatch(/^1\/d users .*\nerror: limit 2 short\n$/);
		expect(await run("down", "-stored")).toMatchObject({ code: 0, stdout: "", stderr: "no change\n" });
	});

	it("reverts with the text that was stored, although the file was changed", async () => {
		const { cwd, run } = await placeOf(backend);
		await run("up");
		writeFileSync(join(cwd, "m/3_tags.down.sql"), "DROP TABLE nothing;");
		expect((await run("down", "1")).code).toBe(1);
		expect((await run("down", "1", "-stored", "-f")).code).toBe(0);
	});

	it("writes a line for each text with -json", async () => {
		const { run } = await withoutFiles();
		const printed = lines((await run("down", "1", "-stored", "-f", "-json")).stdout);
		expect(printed.map(({ type }) => type)).toEqual(["stored", "locked", "start", "end", "unlocked", "result"]);
		expect(printed[0]).toMatchObject({ version: "3", title: "tags", event: 3, text: "DROP TABLE tags;" });
	});

	it.each([
		["x-history=hash", "the history has a checksum alone"],
		["x-history=off", "on SQLite one that is not opened with x-history=off"],
	])("says with %s why there is no text", async (options, reason) => {
		const { run } = await withoutFiles(options);
		const { code, stdout, stderr } = await run("down", "1", "-stored", "-f");
		expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
		expect(stderr).toContain(reason);
	});

	it.each([
		[
			"UPDATE schema_migrations_history SET down_text = 'DROP TABLE users;' WHERE id = 3",
			"is not the one that was stored",
		],
		["UPDATE schema_migrations_history SET down_text = 'DROP' WHERE id = 3", "is not the one that was stored"],
		[
			"DELETE FROM schema_migrations; INSERT INTO schema_migrations (version, dirty) VALUES (3, 0)",
			"another tool was at work",
		],
	])("refuses after %s", async (sql, reason) => {
		const { cwd, run } = await withoutFiles();
		const database = new DatabaseSync(join(cwd, "a.db"));
		database.exec(sql);
		database.close();
		expect(await run("down", "1", "-stored", "-f")).toMatchObject({ code: 1, stderr: expect.stringContaining(reason) });
		expect((await run("version")).stdout).toBe("3\n");
	});

	it("runs no text that would open another file", async () => {
		const { cwd, run } = await placeOf(backend);
		writeFileSync(join(cwd, "m/3_tags.down.sql"), "DROP TABLE tags;\nATTACH 'other.db' AS other;");
		await run("up");
		const { code, stderr } = await run("down", "1", "-stored", "-f");
		expect(code).toBe(1);
		expect(stderr).toContain("its text has ATTACH at line 2, column 1");
	});
});

describe.each(backends)("godwit baseline on %s", (backend) => {
	it("begins with a database that has its tables, once they are the right ones", async () => {
		const { cwd, run } = await placeOf(backend);
		const database = new DatabaseSync(join(cwd, "a.db"));
		database.exec(
			"CREATE TABLE [Users] (id integer primary key); CREATE TABLE posts (id INTEGER PRIMARY KEY, more TEXT)",
		);
		database.close();
		const refused = await run("baseline", "2");
		expect(refused.code).toBe(1);
		expect(refused.stderr).toMatch(
			/^error: the database is not as the migrations up to version 2 make it\ntoo much: column posts more text/,
		);
		expect((await run("status")).stdout).toContain("is without any migration");
		expect((await run("baseline", "2", "-force")).stderr).toBe("recorded: the database begins at version 2\n");
		expect((await run("up")).stderr).toMatch(/^3\/u tags/);
		expect((await run("status")).stdout).toMatch(/^2 +posts +baseline/m);
		expect((await run("baseline", "3")).stderr).toContain("is at version 3 already");
	});

	it("makes no file when it refuses", async () => {
		const { cwd, run } = await placeOf(backend);
		for (const args of [["2"], ["9"], ["9", "-force"]]) expect((await run("baseline", ...args)).code).toBe(1);
		expect(await readdir(cwd)).toEqual(["m"]);
	});

	it("runs nothing outside of memory to compare", async () => {
		const { cwd, run } = await placeOf(backend);
		writeFileSync(join(cwd, "m/2_posts.up.sql"), "-- godwit: no-transaction\nVACUUM INTO 'copy.db';");
		expect((await run("baseline", "2")).stderr).toContain("VACUUM INTO writes a file");
		writeFileSync(join(cwd, "m/2_posts.up.sql"), "-- godwit: no-transaction\nATTACH 'other.db' AS other;");
		expect((await run("baseline", "2")).stderr).toContain("other.db cannot be attached");
		expect((await readdir(cwd)).filter((name) => name !== "a.db" && name !== "m")).toEqual([]);
	});
});

describe("-json", () => {
	it("is understood by every command, also for failures", async () => {
		const { cwd, run } = await placeOf("sqlite-native");
		const up = lines((await run("up", "-json")).stdout);
		expect(up.map(({ type }) => type)).toEqual([
			"locked",
			...Array(3).fill(["start", "end"]).flat(),
			"unlocked",
			"result",
		]);
		expect(up.at(-1)).toMatchObject({ from: null, to: "3", applied: 3, stopped: false });
		expect(lines((await run("version", "-json")).stdout)).toEqual([
			{ godwit: 1, type: "version", version: "3", dirty: false },
		]);
		for (const args of [
			["down", "1"],
			["goto", "2"],
			["redo"],
			["force", "2"],
			["repair", "-skip", "3"],
			["unlock", "-f"],
			["create", "-ext", "sql", "-dir", "m", "x"],
			["drop", "-f"],
		]) {
			const { code, stdout } = await run(...args, "-json");
			expect(code, args.join(" ")).toBe(0);
			expect(lines(stdout).length).toBeGreaterThan(0);
		}
		writeFileSync(join(cwd, "m/1_users.up.sql"), "nonsense");
		const failed = await run("up", "-json");
		expect(failed.code).toBe(1);
		expect(lines(failed.stdout).at(-1)).toMatchObject({
			type: "error",
			code: "ERR_MIGRATION_FAILED",
			details: { version: "1", dirty: false },
		});
	});
});

describe("godwit down", () => {
	it.each([
		["", "down 1", ", or revert with the texts that the history has, with down 1 -stored\n"],
		["", "down -all", ", or revert with the texts that the history has, with down -stored\n"],
		["?x-history=off", "down 1", "it was migrated by a newer release; deploy that one\n"],
	])("names the way down from a newer database where the history has it: %s %s", async (options, line, end) => {
		const cwd = await folderOf(threeMigrations);
		const run = (...args: readonly string[]): Promise<Outcome> =>
			godwit(["-path", "m", "-database", `sqlite://a.db${options}`, ...args], { cwd });
		await run("up");
		for (const direction of ["up", "down"]) rmSync(join(cwd, `m/3_tags.${direction}.sql`));
		const { code, stderr } = await run(...line.split(" "));
		expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(end) });
	});
});
