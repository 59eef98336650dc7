import type { AppliedMigration, Migration } from "../migration.ts";
import type { Finding } from "./policies/finding.ts";
import type { RehearsalReport } from "./rehearse/rehearsal-report.ts";

/**
 * What `onEvent` hears, in this order: notices, locked, findings, rehearsing, rehearsal, backup, then for each migration start, progress, rounds and end, then, after a
 * success, unlocked or unlock-failed.
 */
export type MigrateEvent =
	/**
	 * What the lock cannot keep out in this place, or that there is nothing to back up yet, as a sentence. After the start of a
	 * migration whom a statement waits for, such as one that makes an index beside writers.
	 */
	| { readonly type: "notice"; readonly message: string }
	/** Where source and database differ; what a policy refuses is an error instead. */
	| { readonly type: "finding"; readonly finding: Finding }
	| { readonly type: "locked"; readonly waitedMs: number }
	/** A migration is about to run on a copy of the database; also from `Migrate.rehearse`. */
	| { readonly type: "rehearsing"; readonly migration: Migration; readonly index: number; readonly count: number }
	/** The migrations were rehearsed, before any of them runs; unless the report is clean none does. */
	| { readonly type: "rehearsal"; readonly report: RehearsalReport }
	/** A backup was made, before the first migration, and older ones were deleted. */
	| {
			readonly type: "backup";
			readonly path: string;
			readonly bytes: number;
			readonly removed: readonly string[];
			/** As `Backup.notice`. */
			readonly notice?: string | undefined;
			readonly durationMs: number;
	  }
	| { readonly type: "start"; readonly migration: Migration; readonly index: number; readonly count: number }
	/** Sent as the body is read; `bytes` counts from the start of this body. */
	| { readonly type: "progress"; readonly migration: Migration; readonly bytes: number }
	/**
	 * A round of a migration was committed. `rows` counts those that all its rounds have changed, `durationMs` is of this round alone.
	 * The lock is given back after it.
	 */
	| { readonly type: "round"; readonly migration: Migration; readonly rows: number; readonly durationMs: number }
	| { readonly type: "end"; readonly migration: AppliedMigration; readonly index: number; readonly count: number }
	| { readonly type: "unlocked" }
	/** All is done, but the lock could not be given back; it goes with the next call, or with `close`. */
	| { readonly type: "unlock-failed"; readonly error: unknown };
