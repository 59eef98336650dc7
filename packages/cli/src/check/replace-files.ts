import { chmod, chown, type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { cleanUpAfter } from "@godwit/core";
import { usingFile } from "../output/text/file-failure.ts";

/** What a file is to hold. */
export interface Replacement {
	readonly path: string;
	readonly text: string;
}

/** A file, behind the links that lead to it, and the name under which its new text is written. */
interface Place {
	readonly path: string;
	readonly target: string;
	readonly temporary: string;
}

/**
 * Replaces files, or makes new ones, in the order given. Whoever reads one meanwhile finds the old text or the new one, and none
 * is replaced before all new texts are on the disk. A process that is killed leaves hidden files, which are overwritten by the
 * next call for the same files.
 *
 * @throws CommandError when one cannot be written; those before it may be replaced.
 */
export async function replaceFiles(replacements: readonly Replacement[]): Promise<void> {
	const places: Place[] = [];
	try {
		for (const { path, text } of replacements) {
			await writing(path, async () => {
				const target = await behindLinks(path);
				const temporary = join(dirname(target), `.${basename(target)}.godwit-new`);
				const file = await open(temporary, "w");
				// What cannot be opened is none of this function's files, and is not removed.
				places.push({ path, target, temporary });
				await writeAndClose(file, text);
				await keepOwnerAndMode(target, temporary);
			});
		}
		for (const { path, target, temporary } of places) await writing(path, () => rename(temporary, target));
	} catch (error) {
		throw await cleanUpAfter(error, async () => {
			for (const { temporary } of places) await rm(temporary, { force: true });
		});
	}
}

async function writeAndClose(file: FileHandle, text: string): Promise<void> {
	try {
		await file.writeFile(text);
		await file.sync();
	} finally {
		await file.close();
	}
}

/** A file that is replaced keeps its mode, and its owner where root may give files away. */
async function keepOwnerAndMode(target: string, temporary: string): Promise<void> {
	const before = await unlessMissing(stat(target));
	if (before === undefined) return;
	if (process.getuid?.() === 0) await chown(temporary, before.uid, before.gid);
	await chmod(temporary, before.mode);
}

async function behindLinks(path: string): Promise<string> {
	return (await unlessMissing(realpath(path))) ?? path;
}

async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
	try {
		return await asked;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}

function writing(path: string, work: () => Promise<void>): Promise<void> {
	return usingFile({ failed: `cannot write ${path}`, path, access: "write" }, work);
}
