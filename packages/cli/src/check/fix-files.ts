import { readFile, writeFile } from "node:fs/promises";
import {
	type CorrectedFile,
	check,
	correctFiles,
	type Driver,
	formatSeal,
	SEAL_NAME,
	type Source,
	sealOf,
} from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { writeSeal } from "./write-seal.ts";

/**
 * Corrects the files of a folder, and accepts the edits in the seal beside them. Nothing is written unless all migrations go up
 * as they are corrected.
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
	const report = await check(corrected.source, driver);
	if (report.stoppedAt !== undefined) {
		const reason = report.findings.findLast(({ level }) => level === "error");
		throw new CommandError(
			`nothing was fixed, since version ${report.stoppedAt} fails all the same: ${reason?.location}:${reason?.line}:${reason?.column} ${reason?.message}; correct that first`,
		);
	}
	// First the seal as it was: what is corrected was right before.
	const sealed = await sealOf(source, new Set());
	const names = new Set(corrected.files.flatMap(({ file }) => file.name ?? []));
	const readSeal = async (): Promise<typeof sealed> => sealed;
	const seal = await sealOf({ ...corrected.source, readSeal }, names);
	for (const file of corrected.files) await write(file);
	const path = await writeSeal(folder, formatSeal(seal));
	for (const { file, corrections } of corrected.files) {
		for (const { line, column, from, to } of corrections)
			terminal.line(`${file.location}:${line}:${column}  ${from} is ${to} now`);
	}
	terminal.line(`${path}: the edits are accepted in ${SEAL_NAME}`);
}

/** A byte order mark stays, which is no part of the text. */
async function write({ file, text }: CorrectedFile): Promise<void> {
	const before = await readFile(file.location, "utf8");
	await writeFile(file.location, before.startsWith("\uFEFF") ? `\uFEFF${text}` : text);
}
