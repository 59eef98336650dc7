import { createHash } from "node:crypto";
import { mkdtemp, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Migrate, MigrateError, type Source } from "@godwit/core";
import { inFolder } from "./folder-error.ts";
import type { TemplateUrl } from "./template-url.ts";

/** In the folder of a template: the template itself, and behind it the digest by which one is known that lost a part later. */
const TEMPLATE = "template.db";
/** What the folders begin with in which a template is not whole yet. */
const MAKING = "making-";

/** @returns `undefined` when there is none yet, and when it is not as it was made: a disk can have been full, a cache cut off. */
export async function readTemplate(home: string): Promise<Buffer | undefined> {
	try {
		const kept = await readFile(join(home, TEMPLATE));
		const bytes = kept.subarray(0, Math.max(kept.length - DIGEST_LENGTH, 0));
		return digestOf(bytes).equals(kept.subarray(bytes.length)) ? bytes : undefined;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}

const DIGEST_LENGTH = 32;

function digestOf(bytes: Uint8Array): Buffer {
	return createHash("sha256").update(bytes).digest();
}

/** Runs the migrations on a new file, and gives it the template's name when it is whole. Call it under the lock of `home`. */
export async function makeTemplate(home: string, url: TemplateUrl, source: Source): Promise<Buffer> {
	await inFolder(home, () => removeUnfinished(home));
	const folder = await inFolder(home, () => mkdtemp(join(home, MAKING)));
	try {
		const path = join(folder, TEMPLATE);
		await using migrate = await Migrate.open(source, url.of(path));
		await migrate.up();
		await migrate.close();
		await assertOneFile(folder, url);
		return await inFolder(home, () => publish(path, join(home, TEMPLATE)));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** What processes have left that were killed: whoever else makes this template would hold the lock. */
async function removeUnfinished(home: string): Promise<void> {
	for (const name of await readdir(home)) {
		if (name.startsWith(MAKING)) await rm(join(home, name), { recursive: true, force: true });
	}
}

async function assertOneFile(folder: string, { scheme }: TemplateUrl): Promise<void> {
	const entries = await readdir(folder, { withFileTypes: true });
	if (entries.some((entry) => entry.name === TEMPLATE && entry.isFile())) return;
	const message = `the driver of ${scheme}:// keeps its database elsewhere than in the file that its URL names, and only files can be copied; use up() on a database for each test`;
	throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "a database in one file" });
}

async function publish(path: string, template: string): Promise<Buffer> {
	const bytes = await readFile(path);
	const file = await open(path, "a");
	try {
		await file.write(digestOf(bytes));
		// Without it a power cut could leave the name of a file that was not written to its end.
		await file.sync();
	} finally {
		await file.close();
	}
	await rename(path, template);
	return bytes;
}
