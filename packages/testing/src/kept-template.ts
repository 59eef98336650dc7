import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cleanUpAfter, openDriver, type Source } from "@godwit/core";
import { inFolder } from "./folder-error.ts";
import { makeTemplate, readTemplate } from "./make-template.ts";
import { LOCK, removeOldTemplates } from "./old-templates.ts";
import type { TemplateUrl } from "./template-url.ts";

export interface WantedTemplate {
	/** The cache; absolute. Each template has a folder in it, called after its key. */
	readonly folder: string;
	readonly key: string;
	readonly url: TemplateUrl;
	readonly source: Source;
	/** How long to wait for another process that makes it. */
	readonly timeoutMs: number;
}

/** Returns the bytes of a template's file, which is made when nobody has made it yet. */
export async function keptTemplate({ folder, key, url, source, timeoutMs }: WantedTemplate): Promise<Buffer> {
	const home = join(folder, key);
	const kept = await inFolder(folder, () => readTemplate(home));
	if (kept !== undefined) return kept;
	await inFolder(folder, () => mkdir(home, { recursive: true }));
	// The lock of godwit itself, on a database that has nothing else: it goes to the next process when its owner dies.
	await using lock = await openDriver(url.of(join(home, LOCK)));
	await lock.lock({ timeoutMs });
	let bytes: Buffer;
	try {
		bytes = (await inFolder(folder, () => readTemplate(home))) ?? (await makeTemplate(home, url, source));
	} catch (error) {
		throw await cleanUpAfter(error, () => lock.unlock());
	}
	await lock.unlock();
	await inFolder(folder, () => removeOldTemplates(folder, key));
	return bytes;
}
