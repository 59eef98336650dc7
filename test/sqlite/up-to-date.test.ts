import { fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failure, type TestDatabase, ups } from "./test-database.ts";

const FILES = ups("CREATE TABLE one (a);", "CREATE TABLE two (a);");
const reader = fileURLToPath(new URL("./fixtures/unprivileged-up.ts", import.meta.url));

interface Answer {
	readonly applied?: number;
	readonly version?: string;
	readonly code?: string;
	readonly message?: string;
}

/** Runs `up` as a user who may not write, and says what came of it. */
async function upWithoutRights(url: string): Promise<Answer> {
	const child = fork(reader, [url]);
	const ended = once(child, "exit");
	const [answer] = (await Promise.race([once(child, "message"), ended])) as [Answer];
	await ended;
	return answer;
}

describe.each(backends)("up on a database that is up to date, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(backend);
		await db.up(FILES);
	});

	afterEach(() => db[Symbol.dispose]());

	it("leaves the file's bytes and times untouched, and makes no file", async () => {
		const state = () => ({ bytes: readFileSync(db.path), mtime: statSync(db.path, { bigint: true }).mtimeNs });
		const before = state();
		const files = db.files();
		await db.migrate(FILES, async (migrate) => {
			expect(await migrate.up()).toMatchObject({ from: 2n, to: 2n, applied: [] });
			expect(db.files()).toEqual(files);
		});
		expect(state()).toEqual(before);
		expect(db.files()).toEqual(files);
	});

	it("takes no lock: it works while another instance holds it", async () => {
		await using other = await db.open();
		await other.lock();
		const locked: string[] = [];
		await db.up(FILES, { onEvent: ({ type }) => void locked.push(type) });
		expect(locked).toEqual([]);
		await failure("ERR_LOCK_TIMEOUT", db.up({ ...FILES, "3_more.up.sql": "SELECT 1" }, { lockTimeoutMs: 0 }));
		await other.unlock();
	});

	it("reads a database whose tables of version, lock and history were never made, and makes none", async () => {
		db.exec("DROP TABLE schema_migrations; DROP TABLE schema_migrations_lock; DROP TABLE schema_migrations_history");
		const bytes = readFileSync(db.path);
		await db.migrate(FILES, async (migrate) => {
			expect(await migrate.version()).toEqual({ version: -1n, dirty: false });
			expect((await migrate.down()).applied).toEqual([]);
		});
		expect(readFileSync(db.path)).toEqual(bytes);
	});

	describe.runIf(process.getuid !== undefined)("for a user who may only read", () => {
		function protect(): void {
			chmodSync(db.path, 0o444);
			chmodSync(db.folder, 0o555);
		}

		afterEach(() => chmodSync(db.folder, 0o755));

		it("succeeds when the file alone may not be written", async () => {
			chmodSync(db.path, 0o444);
			chmodSync(db.folder, 0o777);
			expect(await upWithoutRights(db.url())).toEqual({ applied: 0, version: "2" });
			expect(db.files()).toEqual(["app.db"]);
		});

		it("succeeds when nothing may be written", async () => {
			protect();
			expect(await upWithoutRights(db.url())).toEqual({ applied: 0, version: "2" });
			expect(db.files()).toEqual(["app.db"]);
		});

		it("fails with a clear error in a folder that may not be written", async () => {
			db.exec("DELETE FROM schema_migrations");
			protect();
			chmodSync(db.path, 0o666);
			const { code, message } = await upWithoutRights(db.url());
			expect(code).toBe("ERR_DATABASE");
			expect(message).toMatch(/check the permissions of the file and of its folder|app.db cannot be locked: EACCES/);
			expect(db.files()).toEqual(["app.db"]);
		});

		it("fails with a clear error when there is something to do", async () => {
			db.exec("DELETE FROM schema_migrations");
			protect();
			const { code, message } = await upWithoutRights(db.url());
			expect(code).toBe("ERR_DATABASE");
			expect(message).toMatch(/app\.db.*; check the /);
			expect(db.files()).toEqual(["app.db"]);
		});
	});
});
