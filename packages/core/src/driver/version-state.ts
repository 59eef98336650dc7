import type { HistoryEvent, HistoryHead } from "../history/history-event.ts";
import type { Version } from "../version.ts";

/** What the version table says. Version -1 and dirty means: the down of the first migration failed half-way. */
export interface VersionState {
	/** `NIL_VERSION` when no migration is applied. */
	readonly version: Version;
	/** True from before a migration starts until it has succeeded, unless both happen in one transaction. */
	readonly dirty: boolean;
}

/** What a database says of itself. */
export interface FoundVersion extends VersionState {
	/** The end of the history; missing where the driver keeps none. */
	readonly head?: HistoryHead | undefined;
	/** Who is at work on a dirty database, as another holder of the lock; missing when nobody is, and where a driver does not tell. */
	readonly holder?: string | undefined;
}

/** The version that a call records, and what has to hold for it. */
export interface VersionChange extends VersionState {
	/**
	 * What the database has to be at; when it is at anything else, nothing of the call is left and it rejects with
	 * `ERR_VERSION_MOVED`. Without it the version is recorded over anything, which is what `force` does.
	 */
	readonly from?: VersionState;
	/** Unique to this change. It is written with it, so that `lastToken` tells whether a commit that gave no answer took place. */
	readonly token?: string;
	/**
	 * False when another change is planned under the same lock, whose `from` is this one. Default true.
	 *
	 * A driver reads back what it has written where something can change it on the way, such as a trigger. With false it may
	 * leave that to the next change, whose `from` tells. It may leave nothing else: the next change may never come, since a run
	 * that is stopped or fails ends after a change with false. So the change is committed as durably as with true.
	 */
	readonly last?: boolean;
	/**
	 * Makes the events that go into the history with the version, in their order. It is called once, when the bodies have run,
	 * in the transaction that records the version; a driver without `history` does not call it.
	 *
	 * The version row is then stamped, as `HistoryHead.stamp` says, and each event keeps that stamp.
	 */
	readonly events?: (() => readonly HistoryEvent[]) | undefined;
}
