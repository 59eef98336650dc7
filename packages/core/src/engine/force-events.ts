import { versionDigest } from "../history/digest.ts";
import type { HistoryEvent } from "../history/history-event.ts";
import { signed } from "../history/recorder.ts";
import type { Source } from "../source/source.ts";
import type { Version } from "../version.ts";

/** Makes what the history keeps of a `force`. A source that cannot be read must not be in the way of a repair. */
export async function forceEvents(source: Source, version: Version): Promise<() => readonly HistoryEvent[]> {
	const versions = await source.versions().catch(() => []);
	const settled = versions.filter((known) => known <= version);
	const digest = versions.length === 0 ? undefined : versionDigest(settled).toString();
	return () => [{ op: "force", version, target: version, ...signed(), digest }];
}
