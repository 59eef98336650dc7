import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { textBody } from "../../core/src/index.ts";
import { sqliteWasm } from "../src/index.ts";

let folder: string;
let path: string;

beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "godwit-wasm-")));
	path = join(folder, "app.db");
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Runs statements by the native library, in a process of its own, and returns the rows of `app` then. */
function natively(sql: string): readonly unknown[] {
	const script = `const { DatabaseSync } = require("node:sqlite");
		const database = new DatabaseSync(process.argv[1]);
		database.exec(process.argv[2]);
		console.log(JSON.stringify(database.prepare("SELECT x FROM app ORDER BY x").all()));`;
	const text = execFileSync(process.execPath, ["--no-warnings", "-e", script, path, sql], { encoding: "utf8" });
	return (JSON.parse(text) as readonly { readonly x: number }[]).map(({ x }) => x);
}

/** More than the cache holds, so that pages are in the file before the end of the transaction. */
const LARGE = "PRAGMA cache_size = 10; INSERT INTO app VALUES (99); UPDATE t SET x = randomblob(500);";

describe.runIf(process.platform === "linux")("the kernel's lock of a run on sqlite-wasm, once it was dropped", () => {
	beforeEach(() => {
		const rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)";
		natively(
			`CREATE TABLE t (x); INSERT INTO t ${rows} SELECT randomblob(500) FROM n; CREATE TABLE app (x); INSERT INTO app VALUES (1)`,
		);
	});

	it.each([
		["a statement that fails", true],
		["a commit that is refused", false],
	])("does not let %s undo what a native application has committed meanwhile", async (_, fails) => {
		const driver = await sqliteWasm.open(`sqlite-wasm://${path}`);
		await driver.lock();
		const work = driver.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
			await run(textBody(LARGE));
			// Closing the file is what drops the lock.
			readFileSync(path);
			expect(natively("INSERT INTO app VALUES (2)")).toEqual([1, 2]);
			if (fails) throw new Error("as if a statement had failed");
		});
		await expect(work).rejects.toThrow(fails ? "as if" : "has rolled this transaction back");
		await expect(driver.unlock()).rejects.toMatchObject({ code: "ERR_LOCK_LOST" });
		await driver.close();
		expect(natively("")).toEqual([1, 2]);
		expect(readdirSync(folder)).toEqual(["app.db"]);
	});

	it("is not dropped by a body that attaches the main file itself, which is refused", async () => {
		await using driver = await sqliteWasm.open(`sqlite-wasm://${path}?x-busy-timeout=1ms`);
		await driver.lock();
		const body = textBody(`${LARGE} ATTACH '${path}' AS again; INSERT INTO again.app VALUES (3);`);
		await expect(driver.run(body)).rejects.toMatchObject({ code: "ERR_SQL" });
		await driver.run(textBody("INSERT INTO app VALUES (4)"));
		await driver.unlock();
		expect(natively("")).toEqual([1, 4]);
	});
});
