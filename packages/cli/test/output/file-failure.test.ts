import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type FileUse, usingFile } from "../../src/output/text/file-failure.ts";
import { folderOf } from "../fixtures/godwit.ts";

/** The message of what a work on a path rejects with, the folder of the test left out. */
async function messageOf(
	path: string,
	access: FileUse["access"],
	work: (path: string) => Promise<unknown>,
): Promise<string> {
	const folder = await folderOf({ file: "", "folder/a": "" });
	const place = join(folder, path);
	const use = { failed: "failed", path: place, access };
	const error = await usingFile(use, () => work(place)).catch((failure: unknown) => failure);
	return error instanceof Error ? error.message.replaceAll(folder, "DIR") : "no error";
}

const write = (path: string): Promise<void> => writeFile(path, "text");
const makeFolder = (path: string): Promise<unknown> => mkdir(path, { recursive: true });

describe("usingFile", () => {
	it.each([
		["folder", "write", write, "failed: it is a folder; move it away"],
		["file", "write", makeFolder, "failed: it is a file and no folder; move it away"],
		["file/a/b", "write", makeFolder, "failed: DIR/file is a file and no folder; move it away"],
		["none/a", "write", write, "failed: there is no folder DIR/none; make it first"],
		["none/a", "read", readFile, "failed: there is no such file; look at the path"],
		["folder", "read", readFile, "failed: it is a folder; look at the path"],
		["n".repeat(300), "write", write, "failed: its name is longer than the file system takes; choose a shorter one"],
	] as const)("says what is in the way: %s to %s", async (path, access, work, message) => {
		expect(await messageOf(path, access, work)).toBe(message);
	});

	// The codes that the machine of a test has no place for are those of Node's documentation.
	it.each([
		["EACCES", "this user may not write it; look at the permissions of the file and of DIR"],
		["EROFS", "the file system of DIR can only be read; name a place that can be written"],
		["ENOSPC", "there is no room left on the disk of DIR; make room, and try again"],
		["EMFILE", "what the system says; look at DIR and its permissions"],
	])("says what to do about %s", async (code, message) => {
		const refused = (path: string): Promise<never> =>
			Promise.reject(Object.assign(new Error("what the system says"), { code, syscall: "open", path }));
		expect(await messageOf("file", "write", refused)).toBe(`failed: ${message}`);
	});

	it("leaves an error alone that is not the system's", async () => {
		const error = new TypeError("a fault of the program");
		const use: FileUse = { failed: "failed", path: "a", access: "write" };
		await expect(usingFile(use, () => Promise.reject(error))).rejects.toBe(error);
	});
});
