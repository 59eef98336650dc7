import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** In the folder of each template: what processes lock that would make it. */
export const LOCK = "lock.db";

/** How long a template stays after it was made. Whoever goes from branch to branch finds those of all of them. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** What this package has put into the cache: the folder may hold other things. */
const OURS = /^[a-z][a-z0-9+.-]*-[0-9a-f]{32}(\.removed)?$/;

/** Removes templates that were made longer than a week ago, but not `kept`. Somebody who needs one yet makes it again. */
export async function removeOldTemplates(folder: string, kept: string): Promise<void> {
	for (const name of await readdir(folder)) {
		if (!OURS.test(name) || name === kept) continue;
		const path = join(folder, name);
		if (await isOld(path)) await remove(path);
	}
}

/** A folder's time is that of the last making in it. One that another process has removed meanwhile is not old. */
async function isOld(path: string): Promise<boolean> {
	try {
		const found = await stat(path);
		return found.isDirectory() && found.mtimeMs < Date.now() - KEPT_MS;
	} catch (error) {
		if (isMissing(error)) return false;
		throw error;
	}
}

/** Under another name first, so that nobody finds half a folder. */
async function remove(path: string): Promise<void> {
	const removed = path.endsWith(".removed") ? path : `${path}.removed`;
	try {
		if (removed !== path) await rename(path, removed);
	} catch (error) {
		if (!isMissing(error)) throw error;
	}
	await rm(removed, { recursive: true, force: true });
}

function isMissing(error: unknown): boolean {
	return (error as NodeJS.ErrnoException).code === "ENOENT";
}
