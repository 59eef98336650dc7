import { type HistoryEvent, type LockState, NIL_VERSION, type VersionChange, type VersionState } from "@godwit/core";
import type { SqliteLock } from "../lock/sqlite-lock.ts";
import type { HistoryTable } from "./history-table.ts";
import type { VersionGuard } from "./version-guard.ts";
import type { VersionTable } from "./version-table.ts";

export interface VersionRecorderOptions {
	/** Whether the connection is the caller's own, which may have temporary triggers on the table. */
	readonly borrowed: boolean;
	readonly state: LockState;
	readonly lock: SqliteLock;
	readonly versions: VersionTable;
	readonly guard: VersionGuard;
	/** Missing when no history is kept. */
	readonly history: HistoryTable | undefined;
}

/** What is known about the bodies that ran before. */
export interface BodiesBefore {
	/** Whether they had the directive to change the version, which is then overwritten whatever it is. The lock still has to be held. */
	readonly allowed: boolean;
	/** Whether a write has to be read back, since they may have made a trigger on the table. */
	readonly uncertain: boolean;
}

/** Returns a function that records a version and the events that go with it. It belongs at the end of every transaction that changes the version. */
export function versionRecorder(
	options: VersionRecorderOptions,
): (change: VersionChange, before: BodiesBefore) => void {
	const { borrowed, state, lock, versions, guard, history } = options;
	return ({ from, events, ...change }, { allowed, uncertain }) => {
		// The table was made with the lock, unless everything was dropped since.
		if (!state.held || lock.dropped || allowed) {
			versions.create(history !== undefined);
			history?.create();
		}
		const expected = from === undefined || allowed ? change : { ...change, from };
		if (state.held) guard.assertLocked(expected);
		else guard.assert(expected);
		const made = history === undefined ? [] : (events?.() ?? []);
		const stamp = stampOf(change, made);
		versions.write(change, from === undefined || allowed, stamp);
		history?.add(made, stamp);
		// Otherwise the next change notices a lost write, by its own `from`.
		if (change.last === false && !borrowed && !uncertain && !lock.uncertain) return;
		versions.assertHolds(change);
		lock.noteReadBack();
	};
}

/** What SQLite's CURRENT_TIMESTAMP never is, since it has no milliseconds. A database without any migration has no row that could have it. */
function stampOf({ version, dirty }: VersionState, events: readonly HistoryEvent[]): string | undefined {
	if (version === NIL_VERSION && !dirty) return undefined;
	return events.at(-1)?.at.replace("T", " ").replace("Z", "");
}
