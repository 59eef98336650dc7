import type { MigrationBody } from "./body/migration-body.ts";
import type { Version } from "./version.ts";

export type Direction = "up" | "down";

/** One direction of one migration as a source has it. Opening it reads nothing yet. */
export interface MigrationFile {
	/** The title without version, direction and extension: `create_users`. May be empty. */
	readonly identifier: string;
	/** Where a person finds it: a path, a URL. Without secrets. */
	readonly location: string;
	readonly body: MigrationBody;
	/** The file's name without its folder, as a seal has it; missing for what is no file. */
	readonly name?: string;
}

/** One move of a database from one version to the next. */
export interface MigrationStep {
	readonly version: Version;
	readonly direction: Direction;
	/** The database's version afterwards: `version` on the way up, the one below it on the way down. */
	readonly target: Version;
}

/** A step together with what it runs. Go: migrate.Migration. */
export interface Migration extends MigrationStep {
	/** Missing when the source has no file for this direction; then the version moves and nothing runs. */
	readonly file?: MigrationFile | undefined;
	/** What the history is to say of it besides. */
	readonly note?: string | undefined;
}

/** A step that was made. */
export interface AppliedMigration extends MigrationStep {
	/** The file's title; `<empty>` when there was no file for this direction. */
	readonly identifier: string;
	readonly durationMs: number;
}

/** What an operation did. Nothing to do is a report with an empty `applied`, not an error. */
export interface MigrationReport {
	readonly from: Version;
	readonly to: Version;
	readonly applied: readonly AppliedMigration[];
	/** How many of the steps asked for do not exist. Go: ErrShortLimit. */
	readonly missingSteps: number;
	/** True when the signal ended the operation with steps left to do. */
	readonly stopped: boolean;
	/** The migration that was stopped between two rounds, and goes on with the next operation of its direction; missing for none. */
	readonly underWay?: MigrationUnderWay | undefined;
}

/** A migration of which an operation has made rounds, and not the last one. */
export interface MigrationUnderWay extends Pick<MigrationStep, "version" | "direction"> {
	/** The file's title. */
	readonly identifier: string;
	/** How many rows its rounds have changed so far. */
	readonly rows: number;
}
