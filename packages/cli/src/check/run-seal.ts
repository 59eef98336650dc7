import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assertMigrations, formatSeal, SEAL_NAME, type Source, sealOf } from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { openMigrations } from "../database/open-migrations.ts";
import { resolveSource } from "../database/resolve-urls.ts";
import { json } from "../output/json.ts";

/**
 * Writes the seal beside the migrations.
 *
 * @param accepted The version whose files were edited, and are right.
 * @returns The exit code.
 */
export async function runSeal({ line, settings, print, terminal }: Invocation, accepted?: bigint): Promise<number> {
	const url = await resolveSource(settings);
	await using source = await openMigrations(url);
	await assertMigrations(source);
	const names = accepted === undefined ? [] : await namesOf(source, accepted);
	const before = await source.readSeal?.();
	const seal = await sealOf(source, new Set(names));
	const path = join(await folderOf(url), SEAL_NAME);
	const text = formatSeal(seal);
	const changed = before === undefined || formatSeal(before) !== text;
	if (changed) await replace(path, text);
	if (line.is("json")) print(json({ type: "sealed", file: path, files: seal.size, changed }));
	else terminal.line(`${path}: ${seal.size} files${changed ? "" : ", as before"}`);
	return 0;
}

async function namesOf(source: Source, version: bigint): Promise<readonly string[]> {
	const files = [await source.readUp(version), await source.readDown(version)];
	const names = files.flatMap((file) => file?.name ?? []);
	if (names.length === 0) throw new CommandError(`there is no version ${version} in ${source.location}`);
	return names;
}

async function folderOf(url = "file://migrations"): Promise<string> {
	if (!/^file:/i.test(url))
		throw new CommandError("seal writes a file beside the migrations, and their source is no folder");
	const { pathOfFileUrl } = await import("@godwit/source-file");
	return pathOfFileUrl(url);
}

/** Whoever reads the seal meanwhile finds the old one or the new one. */
async function replace(path: string, text: string): Promise<void> {
	const temporary = `${path}.${randomUUID()}`;
	try {
		await writeFile(temporary, text, { flag: "wx" });
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw new CommandError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
	}
}
