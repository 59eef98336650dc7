import { execFileSync, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Migrate, memorySource, type VersionState } from "@godwit/core";
import BetterSqlite3 from "better-sqlite3";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Library } from "./application.ts";
import { type BackendName, factoryOf } from "./backends.ts";
import { accountValues, allAccounts, CREATE_ACCOUNTS, createPlace, exec, type Place, query } from "./place.ts";

const COPYING = ["sqlite-native", "sqlite-wasm", "sqlite-node"] as const;
const PROGRAM = fileURLToPath(new URL("./fixtures/half-done.ts", import.meta.url));

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	exec(place.path, "CREATE TABLE a (x)");
	exec(place.of("other.db"), CREATE_ACCOUNTS);
});

async function restore(backend: BackendName, file: string): Promise<VersionState | undefined> {
	const driver = await factoryOf(backend).open(`sqlite://${place.path}?x-busy-timeout=100ms`);
	await using migrate = new Migrate({ source: memorySource({}), driver });
	return await migrate.restore(file, { swap: backend === "sqlite-wasm" });
}

/** Starts a program that is in the middle of a transaction. @returns A function that lets it commit and end. */
async function halfDone(library: Library, path: string): Promise<() => Promise<void>> {
	const child = fork(PROGRAM, [library, path]);
	onTestFinished(() => void child.kill("SIGKILL"));
	const exited = once(child, "exit");
	const [first] = await Promise.race([once(child, "message"), exited]);
	if (first !== "half done") throw new Error(`the program ended with ${first}`);
	return async () => {
		child.send("commit");
		expect(await exited).toEqual([0, null]);
	};
}

/** A folder with a database in WAL mode whose log has rows that the file has not. */
function withLog(): string {
	const made = new BetterSqlite3(place.of("wal.db"));
	made.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)");
	mkdirSync(place.of("live"));
	for (const suffix of ["", "-wal"]) copyFileSync(place.of(`wal.db${suffix}`), place.of("live", `l.db${suffix}`));
	made.close();
	return place.of("live", "l.db");
}

describe.each(COPYING)("the file that a restore on %s copies", (backend) => {
	it.each(["better-sqlite3", "node-sqlite3-wasm"] as const)("is never half a transaction of %s", async (library) => {
		const other = place.of("other.db");
		const commit = await halfDone(library, other);
		await expect(restore(backend, other)).rejects.toMatchObject({
			code: "ERR_BUSY",
			message: expect.stringMatching(/a program is at work on .*other\.db: .*make a backup of that database/),
		});
		expect(query(place.path, "SELECT name FROM sqlite_schema WHERE name IN ('a', 'accounts')")).toEqual([["a"]]);
		await commit();
		await restore(backend, other);
		expect(accountValues(place.path)).toEqual(allAccounts(2));
		expect(place.files()).toEqual(["app.db", "other.db"]);
	});

	it("is not without its log because it is named by a link", async () => {
		symlinkSync(withLog(), place.of("link.db"));
		await expect(restore(backend, place.of("link.db"))).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/live\/l\.db is not whole by itself: .*live\/l\.db-wal belongs to it/),
		});
		expect(query(place.path, "SELECT * FROM a")).toEqual([]);
	});

	it("may be named by a link when it is whole", async () => {
		symlinkSync(place.of("other.db"), place.of("link.db"));
		await restore(backend, place.of("link.db"));
		expect(accountValues(place.path)).toEqual(allAccounts(1));
	});

	it("is refused under one of two names, since its journal may be beside the other", async () => {
		linkSync(place.of("other.db"), place.of("second.db"));
		await expect(restore(backend, place.of("second.db"))).rejects.toMatchObject({
			message: expect.stringMatching(/second\.db has 2 names/),
		});
	});

	it("is refused when it is empty", async () => {
		exec(place.of("empty.db"), "");
		await expect(restore(backend, place.of("empty.db"))).rejects.toMatchObject({
			message: expect.stringMatching(/empty\.db is not a SQLite database/),
		});
	});
});

describe.each(["sqlite-native", "sqlite-node"] as const)(
	"a file in WAL mode that a restore on %s copies",
	(backend) => {
		it("is not written, and has nothing beside it afterwards", async () => {
			exec(place.of("other.db"), "PRAGMA journal_mode = WAL");
			const before = [readFileSync(place.of("other.db")), statSync(place.of("other.db")).mtimeMs];
			await restore(backend, place.of("other.db"));
			expect([readFileSync(place.of("other.db")), statSync(place.of("other.db")).mtimeMs]).toEqual(before);
			expect(place.files()).toEqual(["app.db", "other.db"]);
			expect(accountValues(place.path)).toEqual(allAccounts(1));
		});
	},
);

/** A folder that this user cannot write, with a copy of `other.db`. */
function readOnlyFolder(): string {
	const folder = place.of("read-only");
	mkdirSync(folder);
	copyFileSync(place.of("other.db"), place.of("read-only", "other.db"));
	if (process.getuid?.() !== 0) {
		onTestFinished(() => chmodSync(folder, 0o755));
		chmodSync(folder, 0o555);
		return folder;
	}
	execFileSync("mount", ["--bind", folder, folder]);
	onTestFinished(() => void execFileSync("umount", [folder]));
	execFileSync("mount", ["-o", "remount,ro,bind", folder]);
	return folder;
}

describe.each(["sqlite-native", "sqlite-node"] as const)("a file in a read-only folder, for %s,", (backend) => {
	it("is copied when it is not in WAL mode", async () => {
		await restore(backend, join(readOnlyFolder(), "other.db"));
		expect(accountValues(place.path)).toEqual(allAccounts(1));
	});

	it("is refused in WAL mode, with a way on", async () => {
		exec(place.of("other.db"), "PRAGMA journal_mode = WAL");
		await expect(restore(backend, join(readOnlyFolder(), "other.db"))).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(
				/its folder may not be written, copy it into another folder, and restore the copy/,
			),
		});
	});
});

describe("a restore on sqlite-wasm", () => {
	it("copies nothing where native programs cannot be kept off", () => {
		const program = `
			import { sqliteWasm } from ${JSON.stringify(import.meta.resolve("@godwit/sqlite-wasm"))};
			const driver = await sqliteWasm.open(${JSON.stringify(`sqlite-wasm://${place.path}`)});
			await driver.lock();
			const restored = driver.restore(${JSON.stringify(place.of("other.db"))}, { swap: true, prepare: async () => {} });
			await restored.catch(({ code, message }) => console.log(code, message));
			await driver.unlock();`;
		const flags = ["--no-experimental-sqlite", "--conditions=@godwit/source", "--input-type=module"];
		const { stdout } = spawnSync(process.execPath, [...flags, "-e", program], { encoding: "utf8" });
		expect(stdout).toMatch(/^ERR_RUNTIME .* has no node:sqlite, .* writes .*other\.db .*; restore with Node 22.18/);
		expect(place.files()).toEqual(["app.db", "other.db"]);
	});
});
