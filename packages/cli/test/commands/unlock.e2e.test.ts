import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { folderOf, godwit, threeMigrations } from "../fixtures/godwit.ts";

const backends = ["sqlite-native", "sqlite-wasm"] as const;
/** Process 4711 of a system that does not tell its boots apart. */
const elsewhere = "elsewhere~-~-~3mv~0~-~1";

async function migrated(backend: string): Promise<{ readonly cwd: string; readonly flags: readonly string[] }> {
	const cwd = await folderOf(threeMigrations);
	const flags = ["-path", "m", "-database", `${backend}://a.db?x-busy-timeout=0`];
	await godwit([...flags, "up"], { cwd });
	return { cwd, flags };
}

function lockRow(cwd: string): void {
	const database = new DatabaseSync(join(cwd, "a.db"));
	const row = "locked = TRUE, owner = ?, expires_at = '2999-01-01T00:00:00.000Z'";
	database.prepare(`UPDATE schema_migrations_lock SET ${row}`).run(elsewhere);
	database.close();
}

describe("godwit unlock", () => {
	it("says that a driver without breakLocks cannot do it", async () => {
		const cwd = await folderOf(threeMigrations);
		const drivers = ["gate-driver"] as const;
		expect(await godwit(["-database", "gate://lock", "unlock", "-f"], { cwd, drivers })).toEqual({
			code: 1,
			stdout: "",
			stderr:
				"error: the driver of gate:// cannot clear a lock (it has no breakLocks); see its documentation for the lock of a process that is gone\n",
		});
	});
});

describe.each(backends)("godwit unlock on %s", (backend) => {
	it("says that no lock is held", async () => {
		const { cwd, flags } = await migrated(backend);
		expect(await godwit([...flags, "unlock"], { cwd })).toEqual({ code: 0, stdout: "", stderr: "no lock is held\n" });
	});

	it("shows who holds the migration lock, and keeps it when nobody can be asked", async () => {
		const { cwd, flags } = await migrated(backend);
		lockRow(cwd);
		const { code, stderr } = await godwit([...flags, "unlock"], { cwd });
		expect(code).toBe(1);
		expect(stderr).toMatch(
			/^the migration lock is held by process 4711 on host elsewhere, which cannot be checked from here; its lease ends at .+\nerror: Keeping the lock: there is no terminal to ask on; add -f to go on without asking\n$/,
		);
		expect((await godwit([...flags, "-lock-timeout", "0", "down", "1"], { cwd })).stderr).toContain("process 4711");
	});

	it("clears the migration lock with -f", async () => {
		const { cwd, flags } = await migrated(backend);
		lockRow(cwd);
		expect((await godwit([...flags, "unlock", "-f"], { cwd })).stderr).toContain("locks cleared: 1\n");
		expect((await godwit([...flags, "-lock-timeout", "0", "down", "1"], { cwd })).code).toBe(0);
	});

	it("clears the folder that another program left beside the database, which nothing else touches", async () => {
		const { cwd, flags } = await migrated(backend);
		mkdirSync(join(cwd, "a.db.lock"));
		const refused = await godwit([...flags, "version"], { cwd });
		expect(refused.code).toBe(1);
		expect(refused.stderr).toMatch(/a\.db\.lock was made \d+ s ago by a program that is not godwit.*"godwit unlock"/);
		expect((await godwit([...flags, "unlock", "-f"], { cwd })).stderr).toContain("locks cleared: 1\n");
		expect(await godwit([...flags, "version"], { cwd })).toEqual({ code: 0, stdout: "3\n", stderr: "" });
	});
});
