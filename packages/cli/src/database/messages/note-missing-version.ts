import { cleanUpAfter, openSource, type Source, type Version } from "@godwit/core";
import type { Settings } from "../../command-line/settings.ts";
import type { Terminal } from "../../output/terminal.ts";
import { resolveSource } from "../schemes/resolve-urls.ts";

/**
 * Says when a version that was recorded is none of the source's, if a source is given. A source that cannot be read is said too, and is no
 * failure, since the version is recorded.
 */
export async function noteMissingVersion(settings: Settings, version: Version, { line }: Terminal): Promise<void> {
	try {
		const url = await resolveSource(settings);
		if (url === undefined) return;
		const source = await openSource(url);
		const found = await has(source, version);
		if (found) return;
		const cure = '"up", "down" and "goto" refuse until it has one';
		line(`notice: version ${version} is recorded, and ${source.location} has no such migration; ${cure}`);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		line(`notice: version ${version} is recorded; whether there is such a migration is not known: ${reason}`);
	}
}

async function has(source: Source, version: Version): Promise<boolean> {
	let found: boolean;
	try {
		found = (await source.versions()).includes(version);
	} catch (error) {
		throw await cleanUpAfter(error, () => source.close());
	}
	await source.close();
	return found;
}
