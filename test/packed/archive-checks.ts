import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { type Archive, filesIn } from "./archives.ts";

const attw = resolve(import.meta.dirname, "../node_modules/.bin/attw");

/** Looks at each archive as npm, bundlers and TypeScript will. */
export async function checkArchives(archives: readonly Archive[]): Promise<void> {
	for (const archive of archives) {
		hasItsPapers(archive);
		await hasNothingForPublint(archive);
		if (Object.keys(archive.manifest.exports as object).length > 1) hasTypesThatResolve(archive);
	}
}

/** What npm shows, and what a licence asks for. */
function hasItsPapers({ name, path }: Archive): void {
	const files = filesIn(path);
	for (const file of ["README.md", "LICENSE"]) assert.ok(files.includes(`package/${file}`), `${name} has no ${file}`);
}

async function hasNothingForPublint({ name, path, manifest }: Archive): Promise<void> {
	const bytes = readFileSync(path);
	const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
	const { messages } = await publint({ pack: { tarball }, level: "suggestion", strict: true });
	const found = messages.map((message) => formatMessage(message, manifest));
	assert.deepEqual(found, [], `publint on ${name}`);
}

/** The packages are ES modules, so the resolutions that know none are left out. */
function hasTypesThatResolve({ path }: Archive): void {
	execFileSync(attw, [path, "--profile", "esm-only", "--format", "ascii", "--no-emoji"], {
		stdio: ["ignore", "ignore", "inherit"],
	});
}
