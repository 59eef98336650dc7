import type { AppliedMigration, Migration } from "./migration.ts";

/** What `onEvent` hears, in this order: locked, then for each migration start, progress and end, then, after a success, unlocked. */
export type MigrateEvent =
	| { readonly type: "locked"; readonly waitedMs: number }
	| { readonly type: "start"; readonly migration: Migration; readonly index: number; readonly count: number }
	/** Sent as the body is read; `bytes` counts from the start of this body. */
	| { readonly type: "progress"; readonly migration: Migration; readonly bytes: number }
	| { readonly type: "end"; readonly migration: AppliedMigration; readonly index: number; readonly count: number }
	| { readonly type: "unlocked" };
