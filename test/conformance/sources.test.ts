import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runLaws, sourceLaws } from "@godwit/conformance";
import { memorySource } from "@godwit/core";
import { fileSource } from "@godwit/source-file";
import { describe, it } from "vitest";

const run = { seed: Number(process.env.GODWIT_SEED ?? 1), numRuns: 20 };

runLaws(sourceLaws, {
	describe,
	it,
	run,
	name: "memory source",
	create: async () => ({ open: async (files) => memorySource(files), async [Symbol.asyncDispose]() {} }),
});

runLaws(sourceLaws, {
	describe,
	it,
	run,
	name: "source-file",
	async create() {
		const folder = await mkdtemp(join(tmpdir(), "godwit-source-laws-"));
		let sets = 0;
		return {
			async open(files) {
				const path = join(folder, String(sets++));
				await mkdir(path);
				for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
				return fileSource.open(pathToFileURL(path).href);
			},
			[Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
		};
	},
});
