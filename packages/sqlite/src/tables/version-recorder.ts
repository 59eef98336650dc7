import { type HistoryEvent, type LockState, NIL_VERSION, type VersionChange, type VersionState } from "@godwit/core";
import type { SqliteLock } from "../lock/sqlite-lock.ts";
import type { HistoryTable } from "./history-table.ts";
import type { VersionGuard } from "./version-guard.ts";
import type { VersionTable } from "./version-table.ts";

export interface VersionRecorderOptions {
	/** The caller's own connection may have triggers of its own on the table. */
	readonly borrowed: boolean;
	readonly state: LockState;
	readonly lock: SqliteLock;
	readonly versions: VersionTable;
	readonly guard: VersionGuard;
	/** Missing when no history is kept. */
	readonly history: HistoryTable | undefined;
}

/** What is known of the bodies that ran before. */
export interface BodiesBefore {
	/** They may have changed the version as they say, so that it is put right whatever it is. The lock has to be ours all the same. */
	readonly allowed: boolean;
	/** What is written may turn out as something else. */
	readonly uncertain: boolean;
}

/** Makes what records a version, and the events that go with it, at the end of every transaction that moves it. */
export function versionRecorder(
	options: VersionRecorderOptions,
): (change: VersionChange, before: BodiesBefore) => void {
	const { borrowed, state, lock, versions, guard, history } = options;
	return ({ from, events, ...change }, { allowed, uncertain }) => {
		// With the lock the table was made, unless everything was dropped since.
		if (!state.held || lock.dropped || allowed) {
			versions.create(history !== undefined);
			history?.create();
		}
		const guarded = from === undefined || allowed ? change : { ...change, from };
		if (state.held) guard.assertLocked(guarded);
		else guard.assert(guarded);
		const made = history === undefined ? [] : (events?.() ?? []);
		const stamp = stampOf(change, made);
		versions.write(change, from === undefined || allowed, stamp);
		history?.add(made, stamp);
		// The next change finds whether this one is there, by its own `from`.
		if (change.last !== false || borrowed || uncertain || lock.triggered) versions.assertHolds(change);
	};
}

/** What SQLite's CURRENT_TIMESTAMP never is, since it has no milliseconds. A database without any migration has no row that could have it. */
function stampOf({ version, dirty }: VersionState, events: readonly HistoryEvent[]): string | undefined {
	if (version === NIL_VERSION && !dirty) return undefined;
	return events.at(-1)?.at.replace("T", " ").replace("Z", "");
}
