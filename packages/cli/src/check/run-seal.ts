import { join } from "node:path";
import { assertMigrations, formatSeal, SEAL_NAME, type Source, sealOf } from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { openMigrations } from "../database/open-migrations.ts";
import { resolveSource } from "../database/schemes/resolve-urls.ts";
import { json } from "../output/json/json.ts";
import { sealFolder, writeSeal } from "./write-seal.ts";

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
	const folder = await sealFolder(url);
	const text = formatSeal(seal);
	const changed = before === undefined || formatSeal(before) !== text;
	const path = changed ? await writeSeal(folder, text) : join(folder, SEAL_NAME);
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
