import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readlinkSync,
	realpathSync,
	rmSync,
	symlinkSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import type { MigrationBody, Source } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileSource } from "../src/index.ts";

const onLinux = process.platform === "linux";
const onWindows = process.platform === "win32";

const startedIn = process.cwd();
let root: string;
let migrations: string;

beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), "godwit-source-")));
	migrations = join(root, "migrations");
	mkdirSync(migrations);
});

afterEach(() => {
	process.chdir(startedIn);
	rmSync(root, { recursive: true });
});

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
	for (const [name, content] of Object.entries(files)) writeFileSync(join(migrations, name), content);
}

async function bodyOf(source: Source, version = 1n): Promise<MigrationBody> {
	const file = await source.readUp(version);
	if (file === undefined) throw new Error(`there is no migration ${version}`);
	return file.body;
}

async function lengthsOf(body: MigrationBody): Promise<readonly number[]> {
	const lengths: number[] = [];
	for await (const chunk of body) lengths.push(chunk.length);
	return lengths;
}

/** Reads the body in pieces and at once, which have to fail alike. */
async function failureOf(body: MigrationBody): Promise<unknown> {
	const [inPieces, atOnce] = await Promise.allSettled([body.text(), (async () => body.whole?.())()]);
	expect(atOnce).toEqual({ status: "rejected", reason: expect.any(Error) });
	expect(atOnce).toEqual(inPieces);
	return inPieces.status === "rejected" ? inPieces.reason : undefined;
}

/** How many files whose path has this in it are open in this process; Linux only. */
function openFiles(part: string): number {
	const targets = readdirSync("/proc/self/fd").map((fd) => {
		try {
			return readlinkSync(join("/proc/self/fd", fd));
		} catch {
			// The descriptor that listed the folder is gone.
			return "";
		}
	});
	return targets.filter((target) => target.includes(part)).length;
}

/** Runs `work` as a user who may read nothing that is not for everybody. */
async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
	if (process.getuid?.() !== 0) return work();
	process.seteuid?.(65_534);
	try {
		return await work();
	} finally {
		process.seteuid?.(0);
	}
}

describe("fileSource.open", () => {
	it("lists the migrations of a folder in order", async () => {
		write({ "10_c.up.sql": "ten", "9_b.up.sql": "nine", "9_b.down.sql": "-nine", "1_a.up.sql": "one" });
		await using source = await fileSource.open(`file://${migrations}`);
		expect(await source.versions()).toEqual([1n, 9n, 10n]);
		expect(await (await source.readDown(9n))?.body.text()).toBe("-nine");
		expect(await source.readDown(10n)).toBeUndefined();
	});

	it("finds nothing in an empty folder", async () => {
		await using source = await fileSource.open(`file://${migrations}`);
		expect(await source.versions()).toEqual([]);
	});

	it.each([
		"file://migrations",
		"file://./migrations",
		"file:migrations",
		"file://migrations/",
		"file://x/../migrations",
	])("takes %s from the current folder, and does not move with it", async (url) => {
		write({ "1_a.up.sql": "one" });
		process.chdir(root);
		await using source = await fileSource.open(url);
		process.chdir(startedIn);
		expect(source.location).toBe("migrations");
		expect((await source.readUp(1n))?.location).toBe(join("migrations", "1_a.up.sql"));
		expect(await (await bodyOf(source)).text()).toBe("one");
	});

	it("takes file:// as the current folder", async () => {
		write({ "1_a.up.sql": "one" });
		process.chdir(migrations);
		await using source = await fileSource.open("file://");
		expect(source.location).toBe(".");
		expect((await source.readUp(1n))?.location).toBe("1_a.up.sql");
	});

	it("shows the absolute path where that is shorter", async () => {
		process.chdir(migrations);
		await using source = await fileSource.open(`file://${parse(root).root}`);
		expect(source.location).toBe(parse(root).root);
	});

	it.each(["my migrations", "100%", "a#b", "資料 é", "a+b&c=d"])("opens a folder named %s", async (name) => {
		migrations = join(root, name);
		mkdirSync(migrations);
		write({ "1_ü.up.sql": "one" });
		process.chdir(root);
		await using source = await fileSource.open(`file://${encodeURIComponent(name)}`);
		expect(source.location).toBe(name);
		expect((await source.readUp(1n))?.identifier).toBe("ü");
		expect(await (await bodyOf(source)).text()).toBe("one");
	});

	it("leaves out sub-folders, also those that are named as migrations, and other files", async () => {
		write({ "README.md": "", ".gitkeep": "", "1_a.up.sql": "one" });
		mkdirSync(join(migrations, "2_b.up.sql"));
		mkdirSync(join(migrations, "more"));
		writeFileSync(join(migrations, "more", "3_c.up.sql"), "three");
		await using source = await fileSource.open(`file://${migrations}`);
		expect(await source.versions()).toEqual([1n]);
	});

	it.skipIf(onWindows)("counts links to files and leaves out links to folders", async () => {
		write({ "elsewhere.txt": "linked" });
		symlinkSync("elsewhere.txt", join(migrations, "1_a.up.sql"));
		symlinkSync(root, join(migrations, "2_b.up.sql"));
		await using source = await fileSource.open(`file://${migrations}`);
		expect(await (await bodyOf(source)).text()).toBe("linked");
		expect(await source.versions()).toEqual([1n]);
	});

	it("refuses two files of one version, and names that look like a migration's", async () => {
		write({ "1_a.up.sql": "", "01_b.up.sql": "" });
		await expect(fileSource.open(`file://${migrations}`)).rejects.toMatchObject({ code: "ERR_DUPLICATE_MIGRATION" });
		rmSync(join(migrations, "01_b.up.sql"));
		write({ "2_b.sql": "" });
		await expect(fileSource.open(`file://${migrations}`)).rejects.toMatchObject({
			code: "ERR_MIGRATION_NAME",
			details: { names: ["2_b.sql"] },
		});
	});

	it("refuses a query", async () => {
		await expect(fileSource.open(`file://${migrations}?x-a=b`)).rejects.toMatchObject({ code: "ERR_INVALID_OPTION" });
	});

	it("names the absolute path and the current folder when there is no such folder", async () => {
		process.chdir(root);
		await expect(fileSource.open("file://migratoins")).rejects.toMatchObject({
			code: "ERR_SOURCE",
			message: `there is no folder ${join(root, "migratoins")} (the current folder is ${root}); make it, or correct the source URL`,
			details: { location: join(root, "migratoins") },
			cause: expect.objectContaining({ code: "ENOENT" }),
		});
	});

	it("says what a path is when it is no folder", async () => {
		write({ "1_a.up.sql": "" });
		process.chdir(migrations);
		await expect(fileSource.open("file://1_a.up.sql")).rejects.toMatchObject({
			code: "ERR_SOURCE",
			message: expect.stringMatching(/^cannot read 1_a\.up\.sql: it is not a folder; name the folder .*\(ENOTDIR/),
			details: { location: "1_a.up.sql" },
			cause: expect.objectContaining({ code: "ENOTDIR" }),
		});
	});

	it.skipIf(onWindows)("says so of a folder that is a link to itself", async () => {
		const link = join(root, "link");
		symlinkSync("link", link);
		await expect(fileSource.open(`file://${link}`)).rejects.toMatchObject({
			code: "ERR_SOURCE",
			// Where the folder lies below the current one, it is shown from there.
			message: expect.stringMatching(
				/^cannot read (?:.*\/)?link: its links lead to each other, and to no file; correct the link \(ELOOP/,
			),
		});
	});

	it.skipIf(onWindows)("says so when the folder may not be read", async () => {
		chmodSync(root, 0o755);
		chmodSync(migrations, 0o300);
		const opening = withoutRights(() => fileSource.open(`file://${migrations}`));
		await expect(opening).rejects.toMatchObject({
			code: "ERR_SOURCE",
			message: expect.stringContaining("it may not be read; give this user the permission to (EACCES"),
			cause: expect.objectContaining({ code: "EACCES" }),
		});
	});

	it("passes on what else the system says", async () => {
		await expect(fileSource.open(`file://${root}/${"x".repeat(300)}`)).rejects.toMatchObject({
			code: "ERR_SOURCE",
			message: expect.stringContaining("see the cause (ENAMETOOLONG"),
		});
	});
});

describe("the body of a file", () => {
	it("is the file byte for byte, in large chunks, as often as it is read", async () => {
		const bytes = randomBytes(600_000);
		write({ "1_a.up.sql": bytes });
		await using source = await fileSource.open(`file://${migrations}`);
		const body = await bodyOf(source);
		const chunks: Uint8Array[] = [];
		for await (const chunk of body) chunks.push(chunk);
		expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
		expect(await lengthsOf(body)).toEqual([16_384, ...Array.from({ length: 8 }, () => 65_536), 59_328]);
	});

	it.each([
		[0, []],
		[1, [1]],
		[16_383, [16_383]],
		[16_384, [16_384]],
		[16_385, [16_384, 1]],
		[81_920, [16_384, 65_536]],
		[81_921, [16_384, 65_536, 1]],
	])("of %d bytes comes in chunks of %j", async (size, lengths) => {
		write({ "1_a.up.sql": Buffer.alloc(size) });
		await using source = await fileSource.open(`file://${migrations}`);
		expect(await lengthsOf(await bodyOf(source))).toEqual(lengths);
	});

	it.each([0, 1, 16_383])("of %d bytes can be read at once, as often as it is asked for", async (size) => {
		const bytes = randomBytes(size);
		write({ "1_a.up.sql": bytes, "2_b.up.sql": randomBytes(100) });
		await using source = await fileSource.open(`file://${migrations}`);
		const body = await bodyOf(source);
		const first = body.whole?.();
		(await bodyOf(source, 2n)).whole?.();
		expect(first && bytes.equals(first)).toBe(true);
		expect(body.whole?.()).toEqual(first);
		if (onLinux) expect(openFiles(root)).toBe(0);
	});

	it("of 16 KiB or more is read in pieces", async () => {
		write({ "1_a.up.sql": Buffer.alloc(16_384) });
		await using source = await fileSource.open(`file://${migrations}`);
		expect((await bodyOf(source)).whole?.()).toBeUndefined();
		if (onLinux) expect(openFiles(root)).toBe(0);
	});

	it("is read when it is asked for, not when the source is opened", async () => {
		write({ "1_a.up.sql": "before" });
		await using source = await fileSource.open(`file://${migrations}`);
		const body = await bodyOf(source);
		write({ "1_a.up.sql": "after" });
		expect(await body.text()).toBe("after");
	});

	it.runIf(onLinux)("is open while it is read, and closed at the end and when the reader stops early", async () => {
		write({ "1_a.up.sql": Buffer.alloc(600_000) });
		await using source = await fileSource.open(`file://${migrations}`);
		const body = await bodyOf(source);
		expect(openFiles(root)).toBe(0);
		for await (const _ of body) {
			expect(openFiles(root)).toBe(1);
			break;
		}
		expect(openFiles(root)).toBe(0);
		await lengthsOf(body);
		expect(openFiles(root)).toBe(0);
	});

	it("comes whole and in order to a reader that does not wait for one chunk before it asks for the next", async () => {
		const bytes = randomBytes(16_384 + 40 * 65_536);
		write({ "1_a.up.sql": bytes });
		await using source = await fileSource.open(`file://${migrations}`);
		const chunks = (await bodyOf(source))[Symbol.asyncIterator]();
		const results = await Promise.all(Array.from({ length: 42 }, () => chunks.next()));
		expect(results.pop()).toEqual({ done: true, value: undefined });
		expect(Buffer.concat(results.map(({ value }) => value)).equals(bytes)).toBe(true);
	});

	it("is closed only after a read that is under way", async () => {
		const bytes = randomBytes(600_000);
		write({ "1_a.up.sql": bytes });
		await using source = await fileSource.open(`file://${migrations}`);
		const chunks = (await bodyOf(source))[Symbol.asyncIterator]();
		await chunks.next();
		const underWay = chunks.next();
		await chunks.return?.();
		expect(bytes.subarray(16_384, 81_920).equals((await underWay).value)).toBe(true);
		expect(await chunks.next()).toEqual({ done: true, value: undefined });
		if (onLinux) expect(openFiles(root)).toBe(0);
	});

	it("that vanished is an error that names it", async () => {
		write({ "1_a.up.sql": "one" });
		process.chdir(root);
		await using source = await fileSource.open("file://migrations");
		unlinkSync(join(migrations, "1_a.up.sql"));
		const location = join("migrations", "1_a.up.sql");
		expect(await failureOf(await bodyOf(source))).toMatchObject({
			code: "ERR_SOURCE",
			message: expect.stringContaining(`cannot read ${location}: it is not there; put it back`),
			details: { location },
			cause: expect.objectContaining({ code: "ENOENT" }),
		});
	});

	it.skipIf(onWindows)("that is a link to nowhere is an error", async () => {
		symlinkSync("nowhere", join(migrations, "1_a.up.sql"));
		await using source = await fileSource.open(`file://${migrations}`);
		expect(await failureOf(await bodyOf(source))).toMatchObject({ code: "ERR_SOURCE" });
	});

	it.skipIf(onWindows)("that may not be read is an error", async () => {
		write({ "1_a.up.sql": "one" });
		chmodSync(root, 0o755);
		chmodSync(join(migrations, "1_a.up.sql"), 0);
		await using source = await fileSource.open(`file://${migrations}`);
		const body = await bodyOf(source);
		expect(await withoutRights(() => failureOf(body))).toMatchObject({
			code: "ERR_SOURCE",
			cause: expect.objectContaining({ code: "EACCES" }),
		});
	});

	it.runIf(onLinux)("that fails while it is read is an error, never a short body, and is closed", async () => {
		write({ "1_a.up.sql": "one" });
		await using source = await fileSource.open(`file://${migrations}`);
		unlinkSync(join(migrations, "1_a.up.sql"));
		// Opens, and answers the first read with an input/output error.
		symlinkSync("/proc/self/mem", join(migrations, "1_a.up.sql"));
		expect(await failureOf(await bodyOf(source))).toMatchObject({
			code: "ERR_SOURCE",
			message: expect.stringMatching(/1_a\.up\.sql: the system refuses; see the cause \(EIO/),
			cause: expect.objectContaining({ code: "EIO" }),
		});
		expect(openFiles("/mem")).toBe(0);
	});

	it.runIf(onLinux)("ends where the file ends, not at a read that brings less than it could", async () => {
		// The system gives at most a few kilobytes of this file at a time; the stack is near its end.
		symlinkSync("/proc/self/maps", join(migrations, "1_a.up.sql"));
		await using source = await fileSource.open(`file://${migrations}`);
		expect(await (await bodyOf(source)).text()).toMatch(/\[stack\]/);
	});

	it.skipIf(onWindows)("that has become a folder is an error", async () => {
		write({ "1_a.up.sql": "one" });
		await using source = await fileSource.open(`file://${migrations}`);
		unlinkSync(join(migrations, "1_a.up.sql"));
		mkdirSync(join(migrations, "1_a.up.sql"));
		expect(await failureOf(await bodyOf(source))).toMatchObject({
			code: "ERR_SOURCE",
			message: expect.stringContaining("it is a folder; a migration must be a file (EISDIR"),
		});
	});

	it("that is not UTF-8 is an error of its text alone", async () => {
		write({ "1_a.up.sql": Uint8Array.of(0x61, 0x0a, 0xff) });
		await using source = await fileSource.open(`file://${migrations}`);
		const body = await bodyOf(source);
		await expect(body.text()).rejects.toMatchObject({ code: "ERR_INVALID_BODY", details: { line: 2 } });
		expect(await lengthsOf(body)).toEqual([3]);
	});
});

describe.runIf(onLinux)("a named pipe in place of a migration", () => {
	it("is refused, and not waited for", async () => {
		execFileSync("mkfifo", [join(migrations, "1_a.up.sql")]);
		await using source = await fileSource.open(`file://${migrations}`);
		const file = await source.readUp(1n);
		await expect(file?.body.text()).rejects.toMatchObject({
			code: "ERR_SOURCE",
			message: expect.stringMatching(/1_a\.up\.sql: it is not a regular file; put one in its place, or take it out$/),
		});
	});
});

describe("absoluteUrl", () => {
	it.runIf(!onWindows).each([
		["file://m", "file:///b/c/m"],
		["file:../m%20%25%3F", "file:///b/m %25%3F"],
		["file:///m", "file:///m"],
		["file://", "file:///b/c"],
	])("makes of %s %s", async (url, absolute) => {
		expect(await fileSource.absoluteUrl(url, "/b/c")).toBe(absolute);
	});

	it("refuses what open refuses", async () => {
		await expect(fileSource.absoluteUrl("file://a?b", "/c")).rejects.toMatchObject({ code: "ERR_INVALID_OPTION" });
	});
});
