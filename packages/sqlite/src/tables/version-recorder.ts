import type { LockState, VersionChange } from "@godwit/core";
import type { SqliteLock } from "../lock/sqlite-lock.ts";
import type { VersionGuard } from "./version-guard.ts";
import type { VersionTable } from "./version-table.ts";

export interface VersionRecorderOptions {
	/** The caller's own connection may have triggers of its own on the table. */
	readonly borrowed: boolean;
	readonly state: LockState;
	readonly lock: SqliteLock;
	readonly versions: VersionTable;
	readonly guard: VersionGuard;
}

/** What is known of the bodies that ran before. */
export interface BodiesBefore {
	/** They may have changed the version as they say, so that it is put right whatever it is. The lock has to be ours all the same. */
	readonly allowed: boolean;
	/** What is written may turn out as something else. */
	readonly uncertain: boolean;
}

/** Makes what records a version, at the end of every transaction that moves it. */
export function versionRecorder(
	options: VersionRecorderOptions,
): (change: VersionChange, before: BodiesBefore) => void {
	const { borrowed, state, lock, versions, guard } = options;
	return ({ from, ...change }, { allowed, uncertain }) => {
		// With the lock the table was made, unless everything was dropped since.
		if (!state.held || lock.dropped || allowed) versions.create();
		const guarded = from === undefined || allowed ? change : { ...change, from };
		if (state.held) guard.assertLocked(guarded);
		else guard.assert(guarded);
		versions.write(change, from === undefined || allowed);
		// The next change finds whether this one is there, by its own `from`.
		if (change.last !== false || borrowed || uncertain || lock.triggered) versions.assertHolds(change);
	};
}
