import type { Direction } from "../migration.ts";
import type { Version } from "../version.ts";

/**
 * What an event of the history says happened. Decision 0011 has what each of them means for the state of versions.
 *
 * `up` and `down`: a migration ran. `start`: one began outside a transaction. `settle`: a person said how a dirty one ended.
 * `other-tool`: the version row was last written by somebody who keeps no history. `adopt` and `elsewhere`: what that
 * tool has probably applied and reverted. `restore`: the database was replaced by a backup. `round`:
 * a part of a migration ran, and `note` says how many rows its rounds have changed so far: `5000 rows`. `force`, `baseline`, `skip` and `accept`: a person said so.
 */
export type EventOp =
	| "up"
	| "down"
	| "start"
	| "settle"
	| "other-tool"
	| "adopt"
	| "elsewhere"
	| "force"
	| "baseline"
	| "skip"
	| "accept"
	| "restore"
	| "round";

/** One event of the history, as it is given to a driver. */
export interface HistoryEvent {
	readonly op: EventOp;
	/** The migration concerned. Of `force` and `baseline` the version recorded; of `other-tool` the one that was known before. */
	readonly version: Version;
	/** Of `start`: the way that began. Of `round`: the way that it is a part of. Of `settle`: `up` for applied, `down` for reverted. Of `adopt`: `up` when a person said so, missing when the number alone does. */
	readonly direction?: Direction | undefined;
	/** The database's version afterwards. */
	readonly target: Version;
	/** The file's title; may be empty. */
	readonly title?: string | undefined;
	/** When, in UTC with milliseconds: `2026-11-27T04:12:41.123Z`. */
	readonly at: string;
	/** Of the up file, with its algorithm: `t1:` and 64 hexadecimal digits. Of `round`: of the file of its way, with that of its meaning behind, `m1:`. */
	readonly checksum?: string | undefined;
	/** Of the down file. */
	readonly downChecksum?: string | undefined;
	/** The whole up file, when it is kept. */
	readonly upText?: string | undefined;
	/** The whole down file, when it is kept. */
	readonly downText?: string | undefined;
	/** The program: `godwit 0.1.0`. */
	readonly by: string;
	/** What a person wants to remember. */
	readonly note?: string | undefined;
	readonly durationMs?: number | undefined;
	/** The `VersionDigest` of the versions that are settled afterwards; missing when they are not known. */
	readonly digest?: string | undefined;
}

/** An event as it is in the database, without the texts, which may be large. */
export interface RecordedEvent extends Omit<HistoryEvent, "upText" | "downText"> {
	/** Ascending in the order in which the events were written. */
	readonly id: number;
	/** The stamp that the event left on the version row; `undefined` when it left no row. */
	readonly stamp: string | undefined;
}

/** The texts that one event keeps. */
export interface StoredTexts {
	readonly up?: string | undefined;
	readonly down?: string | undefined;
}

/** The end of the history, and what the version row says of whoever wrote it last. */
export interface HistoryHead {
	/** Of the version row; `undefined` when there is no row, or when its writer left none. */
	readonly stamp: string | undefined;
	/** The last event; `undefined` when there is none. */
	readonly last: Pick<RecordedEvent, "target" | "stamp" | "digest"> | undefined;
}
