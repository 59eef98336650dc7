import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Migrate, memorySource } from "@godwit/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { pglite } from "../src/index.ts";

const source = memorySource({
	"1_a.up.sql": "CREATE TABLE a (b int); INSERT INTO a VALUES (1);",
	"2_c.up.sql": "-- godwit: no-transaction\nVACUUM a;",
});

describe("pglite", () => {
	// The first open makes the files of a whole server, which takes most of the time of this test.
	it("keeps a folder, and keeps other drivers off it while it is open", async () => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-pglite-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		const url = `pglite://${folder}/new/database`;
		{
			await using migrate = new Migrate({ source, driver: await pglite.open(url) });
			expect((await migrate.up()).applied).toHaveLength(2);
			await using other = await pglite.open(`${url}?x-lock-timeout=0`);
			await expect(other.version()).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
			expect(await versionInAnotherProcess(`${url}?x-lock-timeout=0`)).toBe("ERR_LOCK_TIMEOUT");
		}
		await using again = await pglite.open(url);
		expect(await again.version()).toMatchObject({ version: 2n, dirty: false });
	});

	it("has a database in memory that ends with it", async () => {
		for (const applied of [2, 2]) {
			await using migrate = new Migrate({ source, driver: await pglite.open("pglite://:memory:") });
			expect((await migrate.up()).applied).toHaveLength(applied);
		}
	});

	it.each([
		["pglite://", "names no folder"],
		["pglite://a%zz", "begins no percent-encoding"],
		["pglite://me:secret@host/x", "no users and passwords"],
		["pglite://a?sslmode=require", "there is no option sslmode"],
	])("refuses %s", async (url, message) => {
		await expect(pglite.open(url)).rejects.toThrow(message);
	});
});

/** The version that a process of its own reads, or the code of its error. */
async function versionInAnotherProcess(url: string): Promise<string> {
	const program = `
		import { pglite } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
		const driver = await pglite.open(process.argv[1]);
		await driver.version().then(({ version }) => console.log(String(version)), ({ code }) => console.log(code));
		await driver.close();
	`;
	return new Promise((resolve, reject) => {
		execFile(process.execPath, ["--input-type=module", "--eval", program, url], (error, stdout) =>
			error === null ? resolve(stdout.trim()) : reject(error),
		);
	});
}
