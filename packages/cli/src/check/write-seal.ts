import { join } from "node:path";
import { SEAL_NAME } from "@godwit/core";
import { CommandError } from "../command-line/command-error.ts";
import { replaceFiles } from "./replace-files.ts";

/** The folder of a source of files, where its seal is. @param url `undefined` for the default. @throws CommandError for another source. */
export async function sealFolder(url = "file://migrations"): Promise<string> {
	if (!/^file:/i.test(url)) {
		throw new CommandError("this writes files beside the migrations, and their source is no folder");
	}
	const { pathOfFileUrl } = await import("@godwit/source-file");
	return pathOfFileUrl(url);
}

/** Replaces the seal of a folder. Whoever reads it meanwhile finds the old one or the new one. @returns Its path. */
export async function writeSeal(folder: string, text: string): Promise<string> {
	const path = join(folder, SEAL_NAME);
	await replaceFiles([{ path, text }]);
	return path;
}
