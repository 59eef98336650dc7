import type { CheckFinding } from "../../check/check-finding.ts";
import type { ReachedFile, RehearsalOptions, RowComparison } from "../../driver/rehearsal.ts";
import type { Schema } from "../../driver/schema.ts";
import type { FileEffects } from "../../effects/effects.ts";
import type { MigrationStep } from "../../migration.ts";
import type { Version } from "../../version.ts";
import type { Finding } from "../policies/finding.ts";
import type { SchemaChange } from "./schema-changes.ts";

export interface RehearseOptions extends RehearsalOptions {
	/** Tables, as they are called before or afterwards, that may lose rows. */
	readonly allowLoss?: readonly string[] | undefined;
}

/** What the pending migrations did to a copy of the database. */
export interface RehearsalReport {
	/** The version that the database is at. */
	readonly from: Version;
	/** The version that the copy was at afterwards. */
	readonly to: Version;
	/** Whether every migration ran and no finding is an error. */
	readonly clean: boolean;
	/** In the order in which they ran. */
	readonly migrations: readonly RehearsedMigration[];
	/** How many of the steps asked for do not exist. */
	readonly missingSteps: number;
	/** Errors first. */
	readonly findings: readonly RehearsalFinding[];
	/** Where source and database differ; what would be refused is an error instead. */
	readonly differences: readonly Finding[];
	readonly schema: { readonly before: Schema; readonly after: Schema; readonly changes: readonly SchemaChange[] };
	/** Missing when there was nothing to run, or a migration failed. */
	readonly rows?: RowComparison | undefined;
	/** The way back; missing when there was nothing to run, or a migration failed. */
	readonly down?: RehearsedDown | undefined;
	/** What the migrations would have reached outside of the database. */
	readonly reached: readonly ReachedFile[];
	/** What could not be looked at, each in a sentence. */
	readonly gaps: readonly string[];
	/** The size of the copy when it was made; 0 when there was nothing to run. */
	readonly bytesBefore: number;
	/** How long it took to make the copy, and all of the rehearsal. */
	readonly copyMs: number;
	readonly durationMs: number;
}

export interface RehearsedMigration extends MigrationStep {
	/** The file's title; `<empty>` when there was no file for this direction. */
	readonly identifier: string;
	/** Missing when there was no file. */
	readonly location?: string | undefined;
	readonly outcome: "ran" | "failed" | "not run";
	/** Missing when it did not run to its end. */
	readonly durationMs?: number | undefined;
	/** As `PlannedMigration.effects`. */
	readonly effects?: FileEffects | undefined;
}

/** Whether the down files bring back what was. */
export interface RehearsedDown {
	/** Whether they ran; otherwise one is missing or has failed, as a finding says. */
	readonly ran: boolean;
	/** In the order in which they ran. */
	readonly migrations: readonly RehearsedMigration[];
	/** Whether the structure is as before; missing when it is not known. */
	readonly schemaIsBack?: boolean | undefined;
	/** Whether all rows are there and as before; missing when it is not known. */
	readonly rowsAreBack?: boolean | undefined;
}

/** `error`: not clean. `warning`: it may be meant. `note`: good to know. */
export interface RehearsalFinding extends CheckFinding {
	/** The table that it is about, as it is called afterwards; missing for none. */
	readonly table?: string | undefined;
}
