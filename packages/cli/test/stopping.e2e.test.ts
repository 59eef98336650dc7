import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import statusSchema from "../schemas/status.schema.json" with { type: "json" };
import { folderOf, godwit, type RunningGodwit, startGodwit, threeMigrations, withoutTimes } from "./fixtures/godwit.ts";

const drivers = ["gate-driver"] as const;

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, formats: { "date-time": true } });
const validStatus = ajv.compile(statusSchema);

async function start(place: string, ...args: readonly string[]): Promise<RunningGodwit> {
	const cwd = await folderOf(threeMigrations);
	return startGodwit(["-path", "m", "-database", `gate://${place}`, ...args], { cwd, drivers });
}

describe("godwit", () => {
	it.each(["SIGINT", "SIGTERM"] as const)("stops after the running migration at %s, with 130", async (signal) => {
		const { child, printed, outcome } = await start("run", "up");
		await printed("running");
		child.kill(signal);
		await printed("Stopping after this running migration ...");
		child.stdin?.write("go on\n");
		const { code, stderr } = await outcome;
		expect(withoutTimes(stderr)).toBe(
			"Stopping after this running migration ...\n1/u users (TIME)\nStopped at version 1 with migrations left\n",
		);
		expect(code).toBe(130);
	});

	it.each(["sqlite-native", "sqlite-wasm"])(
		"stops after the running round on %s, and the next up goes on",
		async (scheme) => {
			const cwd = await folderOf({
				"m/1_t.up.sql":
					"CREATE TABLE t (id INTEGER PRIMARY KEY, b INT); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO t (id) SELECT i FROM n;",
				"m/2_fill.up.sql":
					"-- godwit: until-done\nUPDATE t SET b = 1 WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 1) */;",
				"m/3_after.up.sql": "CREATE TABLE after_it (x);",
			});
			const args = ["-path", "m", "-database", `${scheme}://a.db`];
			await godwit([...args, "up", "1"], { cwd });
			const { child, printed, outcome } = startGodwit([...args, "-verbose", "up"], { cwd });
			await printed("Read and execute 2/u fill");
			// The lock is taken again after a round.
			await printed("fill\nLocked the database");
			child.kill("SIGINT");
			const { code, stderr } = await outcome;
			expect(code).toBe(130);
			expect(stderr).toContain("Stopping after this running round; the next run goes on with the migration ...\n");
			const [, rows = ""] =
				/Stopped at version 1 with migrations left; 2\/u fill is under way, its rounds have changed (\d+) rows, and the next up goes on with it\n/.exec(
					stderr,
				) ?? [];
			expect(await godwit([...args, "status", "-exit-code"], { cwd })).toMatchObject({
				code: 3,
				stdout: expect.stringMatching(
					new RegExp(
						`^2 +fill +under-way: ${rows} rows [^]*; 1 applied, 1 under-way, 1 pending\n[^]*^next: godwit .* up$`,
						"m",
					),
				),
			});
			const status = JSON.parse((await godwit([...args, "-json", "status"], { cwd })).stdout);
			expect(validStatus(status), ajv.errorsText(validStatus.errors)).toBe(true);
			expect(status.migrations[1]).toMatchObject({ state: "under-way", rows: Number(rows), direction: "up" });
			await writeFile(
				join(cwd, "m/2_fill.up.sql"),
				"-- godwit: until-done\nUPDATE t SET b = 1 WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 1000) */;",
			);
			const next = await godwit([...args, "up"], { cwd });
			expect(withoutTimes(next.stderr)).toBe("2/u fill (TIME)\n3/u after (TIME)\n");
		},
	);

	it("ends well when the running migration was the last", async () => {
		const { child, printed, outcome } = await start("run", "up", "1");
		await printed("running");
		child.kill("SIGINT");
		await printed("Stopping");
		child.stdin?.write("go on\n");
		const { code, stderr } = await outcome;
		expect(withoutTimes(stderr)).toBe("Stopping after this running migration ...\n1/u users (TIME)\n");
		expect(code).toBe(0);
	});

	it("exits at once at a second signal, and says what becomes of the running migration", async () => {
		const { child, printed, outcome } = await start("run", "up");
		await printed("running");
		child.kill("SIGINT");
		await printed("Stopping");
		child.kill("SIGINT");
		expect(await outcome).toEqual({
			code: 130,
			stdout: "running\n",
			stderr:
				"Stopping after this running migration ...\n" +
				"Exiting at once; the database rolls back the running migration, unless it runs outside a transaction\n",
		});
	});

	it("goes on when nobody reads its log any more", async () => {
		const { child, printed, outcome } = await start("run", "up", "1");
		await printed("running");
		child.stderr?.destroy();
		child.stdin?.write("go on\n");
		expect((await outcome).code).toBe(0);
	});

	it("ends without a complaint, and with 1, when nobody reads its answer", async () => {
		const { child, outcome } = startGodwit(["-version"], { cwd: await folderOf({}) });
		child.stdout?.destroy();
		expect(await outcome).toEqual({ code: 1, stdout: "", stderr: "" });
	});

	it.each([
		{
			args: ["up"],
			end: "Stopping after this running migration ...\nStopped before the first migration with migrations left; nothing was changed\n",
		},
		{ args: ["force", "3"], end: "Stopping ...\nStopped; nothing was changed\n" },
		{ args: ["drop", "-f"], end: "Stopping, unless the drop has begun ...\nStopped; nothing was changed\n" },
	])("stops waiting for the lock, with 130, in $args", async ({ args, end }) => {
		const { child, printed, outcome } = await start("lock", ...args);
		await printed("waiting for the lock");
		child.kill("SIGINT");
		expect(await outcome).toEqual({ code: 130, stdout: "waiting for the lock\n", stderr: end });
	});

	it.each(["sqlite-native", "sqlite-wasm"])(
		"stops between two migrations on %s and goes on from there",
		async (scheme) => {
			const many = Array.from({ length: 2_000 }, (_, index) => [
				`m/${index + 1}_a.up.sql`,
				`CREATE TABLE t${index} (id);`,
			]);
			const cwd = await folderOf(Object.fromEntries(many));
			const args = ["-path", "m", "-database", `${scheme}://a.db?x-synchronous=off`];
			const { child, printed, outcome } = startGodwit([...args, "up"], { cwd });
			await printed("1/u a");
			child.kill("SIGINT");
			const { code, stderr } = await outcome;
			// The signal is heard while a migration runs or after it.
			const lines = stderr.replace("Stopping after this running migration ...\n", "");
			const [, last] = /(?:^|\n)(\d+)\/u a \([^\n]*\)\nStopped at version \1 with migrations left\n$/.exec(lines) ?? [];
			expect(code).toBe(130);
			expect(last).toBeDefined();
			expect(await godwit([...args, "version"], { cwd })).toEqual({ code: 0, stdout: `${last}\n`, stderr: "" });
			const next = await godwit([...args, "up", "1"], { cwd });
			expect(withoutTimes(next.stderr)).toBe(`${Number(last) + 1}/u a (TIME)\n`);
		},
	);
});
