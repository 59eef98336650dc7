import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DriverHarness, driverLaws, engineLaws, runLaws } from "@godwit/conformance";
import { Migrate, memorySource, NIL_VERSION, textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDocuments, writeDocuments } from "../documents.ts";
import { jsonFile } from "../json-file.ts";
import { runStatements } from "../statements.ts";

const capabilities = [
	"persistent",
	"lock",
	"cross-instance-lock",
	"failed-unlock",
	"atomic-run",
	"apply",
	"history",
	"fingerprint",
	"unreadable-version",
	"places",
] as const;
const run = { seed: Number(process.env.GODWIT_SEED ?? 1), numRuns: 10 };

async function create(): Promise<DriverHarness & AsyncDisposable> {
	const folder = await mkdtemp(join(tmpdir(), "godwit-json-file-"));
	const path = join(folder, "store.json");
	return {
		open: () => jsonFile.open(`json-file://${path}`),
		dialect: {
			create: (name) => `create ${name}`,
			drop: (name) => `drop ${name}`,
			failing: "put no_such_collection key {}",
			comment: (text) => `# ${text}`,
		},
		objects: async () => Object.keys(readDocuments(path).collections),
		async fingerprint() {
			const hash = createHash("sha256");
			for (const name of (await readdir(folder)).sort()) hash.update(name).update(await readFile(join(folder, name)));
			return hash.digest("hex");
		},
		async blockUnlock() {
			// It cannot be read as a file any more.
			await rename(`${path}.lock`, `${path}.lock.aside`);
			await mkdir(`${path}.lock`);
			return async () => {
				await rmdir(`${path}.lock`);
				await rename(`${path}.lock.aside`, `${path}.lock`);
			};
		},
		spoilVersion: {
			"a word where the number was": () => writeFile(path, '{ "version": "five", "dirty": false, "collections": {} }'),
			"half a file": async () => truncate(path, 10),
			"a folder in its place": async () => {
				await rm(path);
				await mkdir(path);
			},
		},
		[Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
	};
}

runLaws(driverLaws, { describe, it, name: "json-file", create, capabilities, run });
runLaws(engineLaws, { describe, it, name: "Migrate on json-file", create, capabilities, run });

let folder: string;
let path: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "godwit-json-file-"));
	path = join(folder, "a store.json");
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

describe("jsonFile", () => {
	it.each([
		["json-file://", "ERR_INVALID_URL"],
		["json-file://100%", "ERR_INVALID_URL"],
		["json-file://store.json?x-lock=no", "ERR_INVALID_OPTION"],
	])("refuses %s", async (url, code) => {
		await expect(jsonFile.open(url)).rejects.toMatchObject({ code });
	});

	it.each(["", "[]", "{}", '{"version":"x","dirty":false,"collections":{}}'])(
		"refuses a file that holds %j",
		async (text) => {
			await writeFile(path, text);
			await expect(jsonFile.open(`json-file://${encodeURI(path)}`)).rejects.toMatchObject({ code: "ERR_DATABASE" });
		},
	);

	it("migrates, and a failing migration leaves the file as it was, byte for byte", async () => {
		const source = memorySource({
			"1_a.up.txt": "create birds",
			"2_b.up.txt": 'put birds B6 {"km": 1}\nput bird B6 {}',
		});
		await using migrate = await Migrate.open(source, await jsonFile.open(`json-file://${encodeURI(path)}`));
		await migrate.steps(1);
		const before = await readFile(path);
		await expect(migrate.up()).rejects.toThrow("2_b.up.txt:2:1: there is no collection bird\nrolled back; ");
		expect(await readFile(path)).toEqual(before);
		expect(await readdir(folder)).toEqual(["a store.json"]);
	});

	it("names who holds the lock, and the file to delete when that process is gone", async () => {
		const url = `json-file://${encodeURI(path)}`;
		await writeFile(`${path}.lock`, "process 1 on another host");
		await using driver = await jsonFile.open(url);
		const message = `the migration lock is held by process 1 on another host; if that process is gone, delete ${path}.lock`;
		await expect(driver.lock({ timeoutMs: 0 })).rejects.toThrow(message);
	});

	it("does not take away a lock that it has lost", async () => {
		const driver = await jsonFile.open(`json-file://${encodeURI(path)}`);
		await driver.lock();
		await writeFile(`${path}.lock`, "another owner");
		await expect(driver.unlock()).rejects.toMatchObject({ code: "ERR_LOCK_LOST", details: { owner: "another owner" } });
		expect(await readFile(`${path}.lock`, "utf8")).toBe("another owner");
		await driver.close();
	});

	it("leaves nothing beside a file that cannot be written", async () => {
		const missing = join(folder, "missing", "store.json");
		await using driver = await jsonFile.open(`json-file://${missing}`);
		await expect(driver.run(textBody("create a"))).rejects.toMatchObject({ code: "ERR_DATABASE" });
		await mkdir(path);
		expect(() =>
			writeDocuments(path, { version: NIL_VERSION, dirty: false, collections: {}, stamp: undefined, events: [] }),
		).toThrow("cannot write");
		expect(await readdir(folder)).toEqual(["a store.json"]);
	});
});

describe("runStatements", () => {
	it("creates, puts, deletes and drops, and leaves what was there before as it was", () => {
		const before = { a: { x: 1 }, b: {} };
		const after = runStatements('create c\nput a y {"deep": [1, 2]}\n\n# gone:\ndelete a x\r\n  drop b', before);
		expect(after).toEqual({ a: { y: { deep: [1, 2] } }, c: {} });
		expect(before).toEqual({ a: { x: 1 }, b: {} });
	});

	it.each([
		["create a", "there is a collection a already"],
		["drop b", "there is no collection b"],
		["put b x 1", "there is no collection b"],
		["delete a y", "there is no document y in a"],
		["delete a toString", "there is no document toString in a"],
		["put toString x 1", "there is no collection toString"],
		["put a x {", /JSON/],
		["put a x", "cannot read"],
		["grow a", "cannot read"],
		["create", "there is no collection"],
	])("refuses %j, saying where it is", (statement, message) => {
		const result = (): unknown => runStatements(`# one\n  ${statement}`, { a: { x: 1 } });
		expect(result).toThrow(message);
		expect(result).toThrow(expect.objectContaining({ details: { sql: statement, line: 2, column: 3 } }));
	});
});
