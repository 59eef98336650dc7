import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CorrectedFile, correctFiles, type Driver, formatSeal, SEAL_NAME, type Source } from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { assertCorrected } from "./assert-corrected.ts";
import { type Replacement, replaceFiles } from "./replace-files.ts";
import { sealOfCorrected } from "./seal-of-corrected.ts";

/**
 * Corrects the files of a folder, and accepts the edits in the seal beside them. Nothing is written unless all migrations go up
 * as they are corrected, and those that are corrected go down.
 *
 * @param folder Of the migrations.
 */
export async function fixFiles(
	source: Source,
	driver: Driver,
	folder: string,
	{ terminal }: Invocation,
): Promise<void> {
	const corrected = await correctFiles(source, driver);
	if (corrected.files.length === 0) {
		terminal.line("nothing to fix");
		return;
	}
	await assertCorrected(corrected, driver);
	const path = join(folder, SEAL_NAME);
	const seal = { path, text: formatSeal(await sealOfCorrected(source, corrected)) };
	const files = await Promise.all(corrected.files.map(replacement));
	// The seal first: a run that is killed then leaves files that the next one corrects, and no edit that nobody has accepted.
	await replaceFiles([seal, ...files]);
	for (const { file, corrections } of corrected.files) {
		for (const { line, column, from, to } of corrections)
			terminal.line(`${file.location}:${line}:${column}  ${from} is ${to} now`);
	}
	terminal.line(`${path}: the edits are accepted in ${SEAL_NAME}`);
}

/** A byte order mark stays, which is no part of the text. A file that may not be written to is not replaced either. */
async function replacement({ file, text }: CorrectedFile): Promise<Replacement> {
	const before = await readFile(file.location, { encoding: "utf8", flag: "r+" });
	return { path: file.location, text: before.startsWith("\uFEFF") ? `\uFEFF${text}` : text };
}
