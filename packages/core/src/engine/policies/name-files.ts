import type { Source } from "../../source/source.ts";
import type { Version } from "../../version.ts";

const MAX_NAMED = 5;

/** Names the files of some migrations for a message. The first five, and how many more there are. */
export async function nameFiles(source: Source, versions: readonly Version[]): Promise<string> {
	const names = await Promise.all(versions.slice(0, MAX_NAMED).map((version) => nameFile(source, version)));
	const more = versions.length - names.length;
	return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

async function nameFile(source: Source, version: Version): Promise<string> {
	const file = (await source.readUp(version)) ?? (await source.readDown(version));
	return file?.location ?? `version ${version}`;
}
