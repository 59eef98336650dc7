import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { memorySource, type Source } from "@godwit/core";
import { createTemplate } from "@godwit/testing";
import { register } from "godwit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DRAW, type TestFolder, testFolder } from "./migrations.ts";

let folder: TestFolder;

beforeEach(() => {
	folder = testFolder();
});

afterEach(() => folder[Symbol.dispose]());

function create(files: Readonly<Record<string, string>>, database = "sqlite-node://") {
	return createTemplate({ source: memorySource(files), database, cacheFolder: folder.cacheFolder });
}

/** What is in the folders of all templates. */
function kept(): readonly string[] {
	return readdirSync(folder.cacheFolder, { recursive: true, encoding: "utf8" })
		.map((path) => path.split("/").slice(1).join("/"))
		.filter((path) => path !== "");
}

/** Makes a template and a copy as a user who is not root. @returns What the first failure says. */
function asNobody(cacheFolder: string, folderForCopies: string): string {
	const program = `
		import { createTemplate } from "@godwit/testing";
		import { memorySource } from "@godwit/core";
		if (process.getuid() === 0) process.setuid(65534);
		const source = memorySource(${JSON.stringify(DRAW)});
		try {
			const template = await createTemplate({ source, database: "sqlite-node://", cacheFolder: ${JSON.stringify(cacheFolder)} });
			await template.copy();
		} catch (error) {
			console.log(error.code + ": " + error.message);
		}`;
	const { stdout, stderr } = spawnSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", program], {
		cwd: import.meta.dirname,
		encoding: "utf8",
		env: { ...process.env, TMPDIR: folderForCopies },
	});
	expect(stderr).toBe("");
	return stdout;
}

describe("createTemplate", () => {
	it("fails with the error of the migration that fails, each time, and keeps nothing of it", async () => {
		const files = { ...DRAW, "3_bad.up.sql": "CREATE TABLE more (id INTEGER);\nINSERT INTO nowhere VALUES (1);" };
		for (const _ of [1, 2]) {
			await expect(create(files)).rejects.toMatchObject({
				code: "ERR_MIGRATION_FAILED",
				details: { version: 3n, location: "3_bad.up.sql" },
				cause: { code: "ERR_SQL", details: { line: 2, column: 1 } },
			});
			expect(kept()).toEqual(["lock.db"]);
		}
		await create({ ...files, "3_bad.up.sql": "CREATE TABLE more (id INTEGER);" });
	});

	it("refuses a source without migrations, and makes nothing", async () => {
		await expect(create({})).rejects.toMatchObject({ code: "ERR_NO_MIGRATIONS", details: { location: "memory" } });
		const source = folder.migrations({});
		const fromFolder = createTemplate({ source, database: "sqlite-node://", cacheFolder: folder.cacheFolder });
		await expect(fromFolder).rejects.toMatchObject({ code: "ERR_NO_MIGRATIONS" });
		expect(readdirSync(folder.path)).not.toContain("cache");
	});

	it("fails as the source does that cannot be opened or read", async () => {
		const opened = createTemplate({ source: `file://${folder.path}/none`, database: "sqlite-node://" });
		await expect(opened).rejects.toMatchObject({ code: "ERR_SOURCE" });
		const source: Source = {
			...memorySource(DRAW),
			readUp: async () => {
				throw new Error("the shelf is empty");
			},
		};
		const read = createTemplate({ source, database: "sqlite-node://", cacheFolder: folder.cacheFolder });
		await expect(read).rejects.toThrow("the shelf is empty");
		expect(readdirSync(folder.path)).not.toContain("cache");
	});

	it.each([
		["sqlite-node://app.db", "ERR_INVALID_URL", "write sqlite-node://, with options after a ? only"],
		["sqlite-node://:memory:", "ERR_INVALID_URL", "write sqlite-node://, with options after a ? only"],
		["app.db", "ERR_INVALID_URL", "is written scheme://, as in sqlite-node://"],
		["sqlite-node", "ERR_INVALID_URL", "is written scheme://, as in sqlite-node://"],
		["", "ERR_INVALID_URL", "is written scheme://, as in sqlite-node://"],
		["sqlite-nod://", "ERR_UNKNOWN_DRIVER", 'did you mean "sqlite-node"?'],
		["sqlite-node://?x-histroy=off", "ERR_INVALID_OPTION", "x-history"],
		["sqlite-native://?x-double-quoted-strings=true", "ERR_INVALID_OPTION", "better-sqlite3"],
	])("refuses the database %j", async (database, code, message) => {
		await expect(create(DRAW, database)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
	});

	it("does not show what may be a password", async () => {
		const refused = create(DRAW, "postgres://me:secret@host/app");
		await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining("secret") });
	});

	it("refuses a driver that keeps its database elsewhere than in a file", async () => {
		const { memoryDatabase, memoryDriver } = await import("@godwit/conformance");
		register("elsewhere", { open: async () => memoryDriver(memoryDatabase()) });
		await expect(create({ "1_a.up.sql": "create a;" }, "elsewhere://")).rejects.toMatchObject({
			code: "ERR_UNSUPPORTED",
			message: expect.stringMatching(/^the driver of elsewhere:\/\/ keeps its database elsewhere than in the file/),
			details: { capability: "a database in one file" },
		});
		expect(kept()).toEqual([]);
	});

	it("refuses options that do not exist, and values that are none", async () => {
		const given = { source: memorySource(DRAW), database: "sqlite-node://", cacheFolder: folder.cacheFolder };
		await expect(createTemplate({ ...given, cachefolder: "x" } as never)).rejects.toThrow(
			new TypeError("createTemplate has no option cachefolder; did you mean cacheFolder?"),
		);
		await expect(createTemplate({ ...given, zzz: 1 } as never)).rejects.toThrow(
			new TypeError("createTemplate has no option zzz; known are source, database, cacheFolder, timeoutMs"),
		);
		await expect(createTemplate({ ...given, source: DRAW } as never)).rejects.toThrow("source must be the URL");
		await expect(createTemplate({ ...given, database: undefined } as never)).rejects.toThrow("database must be a URL");
		await expect(createTemplate({ ...given, timeoutMs: -1 })).rejects.toThrow("timeoutMs must be a number");
	});

	it("says which folder it cannot use, and what to do", async () => {
		writeFileSync(folder.cacheFolder, "a file");
		await expect(create(DRAW)).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/^cannot keep the template in .+cache: .+ or name another one with cacheFolder$/),
		});
	});

	describe.runIf(process.getuid !== undefined)("for a user without the permission to write", () => {
		let closed: string;
		let open: string;

		beforeEach(() => {
			chmodSync(folder.path, 0o755);
			[closed, open] = [join(folder.path, "closed"), join(folder.path, "open")];
			mkdirSync(closed, { mode: 0o555 });
			mkdirSync(open);
			chmodSync(open, 0o777);
		});

		it("says which folder keeps no template, and what to do", () => {
			expect(asNobody(join(closed, "cache"), open)).toBe(
				`ERR_DATABASE: cannot keep the template in ${closed}/cache: EACCES: permission denied, mkdir '${closed}/cache'; make it a folder that this user may write, or name another one with cacheFolder\n`,
			);
		});

		it("says which folder takes no copy, and what to do", () => {
			expect(asNobody(open, closed)).toMatch(
				/^ERR_DATABASE: cannot copy the template in .+closed: EACCES: .+ or name another one in the environment variable TMPDIR \(TEMP on Windows\)\n$/,
			);
		});
	});
});
