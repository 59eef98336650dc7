import type { VersionState } from "../driver/version-state.ts";
import { NIL_VERSION, type Version } from "../version.ts";
import type { HistoryEvent, RecordedEvent } from "./history-event.ts";
import { isApplied, type KnownVersions } from "./known-versions.ts";

/** An event that is due: another tool has been at work, or the seal accepts an edit, and the next write has to say so first. */
export type DueEvent = Pick<HistoryEvent, "op" | "version" | "target" | "note">;

/**
 * Works out what another tool has probably done since the last event, and adds it to what is known. Decision 0011 has the
 * rules.
 *
 * @param from The version after the last event; `undefined` when there is no event yet.
 * @param found The version that the database is at, and whether it is dirty.
 * @param versions Of the source, ascending.
 */
export function adopt(
	known: KnownVersions,
	from: Version | undefined,
	{ version: to, dirty }: VersionState,
	versions: readonly Version[],
): readonly DueEvent[] {
	const due: DueEvent[] = [];

	function add(op: DueEvent["op"], version: Version): void {
		const event = { op, version, target: to };
		due.push(event);
		known.add(notYetWritten(event));
	}

	const reverted = [...known.named()].filter((version) => version > to && isApplied(known.of(version)));
	if (from !== undefined) add("other-tool", from);
	const passed = (version: Version): boolean => version <= to && (from === undefined || version > from);
	for (const version of versions) if (passed(version)) add("adopt", version);
	// The number says so also where the source has no such file, which may only be missing in this checkout.
	if (to !== NIL_VERSION && passed(to) && !versions.includes(to)) add("adopt", to);
	for (const version of reverted) add("elsewhere", version);
	// A tool that marks the database before it reverts has failed below the row, or above it.
	const next = dirty ? versions.find((version) => version > to) : undefined;
	if (next !== undefined && known.of(next).state === "new") add("elsewhere", next);
	return due;
}

function notYetWritten(event: DueEvent): RecordedEvent {
	return { ...event, id: 0, at: "", by: "", stamp: undefined };
}
