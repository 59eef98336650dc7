import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { otherClient } from "../../../postgres/test/fixtures/postgres-harness.ts";
import { type PostgresServer, startPostgres } from "../../../postgres/test/fixtures/postgres-server.ts";
import { folderOf, godwit, type Outcome, startGodwit } from "../fixtures/godwit.ts";

let server: PostgresServer;

beforeAll(async () => {
	server = await startPostgres();
});

afterAll(() => server[Symbol.asyncDispose]());

afterEach(async () => {
	await using other = await otherClient(`${server.url}/postgres`);
	await other.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
});

const files = {
	"m/1_people.up.sql": "CREATE TABLE people (id int);",
	"m/1_people.down.sql": "DROP TABLE people;",
	"m/2_names.up.sql": "ALTER TABLE people ADD name text;",
	"m/2_names.down.sql": "ALTER TABLE people DROP name;",
};

async function command(...args: readonly string[]): Promise<Outcome> {
	const cwd = await folderOf(files);
	return godwit(["-path", "m", "-database", `${server.url}/postgres`, ...args], { cwd });
}

describe("the command on PostgreSQL", () => {
	it("waits for a server that is not there yet with -wait, and without it says so", async () => {
		for (const args of [["up"], ["unlock", "-f"]]) {
			await server.stop("fast");
			const refused = await command(...args);
			const waiting = command(...args, "-wait", "5m");
			await server.start();
			expect(refused.code).toBe(1);
			expect(refused.stderr).toMatch(
				/^error: postgres on 127\.0\.0\.1:\d+: connect ECONNREFUSED .+; check host and port/,
			);
			expect(await waiting).toMatchObject({ code: 0 });
			expect((await command("version")).stdout).toBe("2\n");
		}
	});

	it("does not wait for what no waiting cures", async () => {
		const cwd = await folderOf(files);
		const { code, stderr } = await godwit(["-path", "m", "-database", `${server.url}/none`, "up", "-wait", "5m"], {
			cwd,
		});
		expect(code).toBe(1);
		expect(stderr).toContain('database "none" does not exist; create the database');
	});

	it("migrates, and says what is so", async () => {
		expect((await command("up", "1")).code).toBe(0);
		expect((await command("status")).stdout).toMatch(/^backend: postgres \(pg\)$/m);
		expect((await command("up")).code).toBe(0);
		expect((await command("down", "1")).code).toBe(0);
		expect((await command("history")).stdout).toMatch(/people.+names.+names/s);
		expect((await command("drop", "-f")).code).toBe(0);
		await using other = await otherClient(`${server.url}/postgres`);
		expect(
			(await other.query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")).rows,
		).toEqual([]);
	});

	it("rehearses on a copy, says what nobody examined, and drops the copy", async () => {
		expect((await command("up", "1")).code).toBe(0);
		{
			await using other = await otherClient(`${server.url}/postgres`);
			await other.query("INSERT INTO people VALUES (1)");
			const { code, stderr } = await command("rehearse");
			expect(code).toBe(1);
			expect(stderr).toContain(
				"error: postgres cannot be copied to rehearse on it: others are connected to it (backend",
			);
		}
		const { code, stdout } = await command("rehearse", "-html", "page.html");
		expect(code).toBe(0);
		expect(stdout.replaceAll(/\(.*\)/g, "(…)").replaceAll(/[\d.]+ MB/g, "… MB")).toBe(
			[
				"clean: 1 migration of 1 ran on a copy; 0 errors, 0 warnings, 0 notes; the database was not changed",
				"2/u names (…)",
				"    ~ table people",
				"    the rows of 1 table are as before",
				"foreign keys enforced by the server, integrity not examined; down brings the schema back, and all rows",
				"… MB before, … MB after (…)",
				"",
			].join("\n"),
		);
		const document = JSON.parse((await command("rehearse", "-json")).stdout);
		expect(document).toMatchObject({ ok: true, violations: null, damage: null, from: "1", to: "2" });
		expect(await command("up", "-rehearse")).toMatchObject({ code: 0 });
		await using other = await otherClient(`${server.url}/postgres`);
		expect((await other.query("SELECT datname FROM pg_database WHERE datname LIKE 'godwit%'")).rows).toEqual([]);
	});

	it("says whom CONCURRENTLY waits for, and meanwhile status that it is under way", async () => {
		await command("up");
		await using blocker = await otherClient(`${server.url}/postgres?application_name=report`);
		await blocker.query("BEGIN; INSERT INTO people VALUES (1)");
		const index = "-- godwit: no-transaction\nCREATE INDEX CONCURRENTLY i ON people (id);";
		const cwd = await folderOf({ ...files, "m/3_index.up.sql": index });
		const where = ["-path", "m", "-database", `${server.url}/postgres`];
		const running = startGodwit([...where, "up"], { cwd });
		await running.printed("goes on when that is over");
		const status = await godwit([...where, "status"], { cwd });
		await blocker.query("COMMIT");
		const { code, stderr } = await running.outcome;
		expect(code).toBe(0);
		expect(stderr).toMatch(
			/^line 2: CREATE INDEX CONCURRENTLY i ON people \(id\); waits for backend \d+ \(application "report", user godwit\), in a transaction of [\d:]+, idle after: BEGIN; INSERT INTO people VALUES \(1\); it goes on when/m,
		);
		expect(status).toMatchObject({ code: 0, stderr: "" });
		expect(status.stdout).toMatch(/^3 +index +under-way +\d/m);
		expect(status.stdout).toMatch(
			/^note: the up file of version 3 is under way: process \d+ on host .+; wait until it is done$/m,
		);
		expect(status.stdout).not.toContain("next:");
	});

	it("asks for -force before a baseline, which it cannot compare here, and says why", async () => {
		await using other = await otherClient(`${server.url}/postgres`);
		await other.query("CREATE TABLE people (id int)");
		const { code, stderr } = await command("baseline", "1");
		expect(code).toBe(1);
		expect(stderr).toBe(
			"error: the driver of postgres:// cannot compare the tables, columns and indexes that are there with those that the migrations make: it has no empty database to run them on; compare them yourself, then use baseline with -force\n",
		);
		expect((await command("baseline", "1", "-force")).code).toBe(0);
		expect((await command("version")).stdout).toBe("1\n");
	});

	it("shows with unlock who has the lock, and ends that session", async () => {
		await using other = await otherClient(`${server.url}/postgres?application_name=migrate`);
		await command("up");
		const { rows } = await other.query("SELECT pg_backend_pid() AS pid, pg_advisory_lock(3280485947)");
		other.on("error", () => {});
		const locked = await command("down", "1", "-lock-timeout", "0");
		expect(locked.code).toBe(1);
		expect(locked.stderr).toContain(
			`the migration lock is held by backend ${rows[0].pid} of the application "migrate" at 127.0.0.1`,
		);
		const ended = new Promise((resolve) => other.once("end", resolve));
		const { code, stderr } = await command("unlock", "-f");
		expect(code).toBe(0);
		expect(stderr).toMatch(
			/^backend \d+ of the application "migrate" at 127\.0\.0\.1, connected for [\d:]+, idle for [\d:]+: SELECT pg_backend_pid\(\).+\nto clear the lock ends this session\nlocks cleared: 1\n$/,
		);
		await ended;
	});
});
