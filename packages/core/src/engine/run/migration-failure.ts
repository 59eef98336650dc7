import type { Driver } from "../../driver/driver.ts";
import type { VersionState } from "../../driver/version-state.ts";
import { isError } from "../../is-error.ts";
import { isMigrateError, MigrateError, suppress } from "../../migrate-error.ts";
import type { Migration, MigrationReport } from "../../migration.ts";
import { NIL_VERSION } from "../../version.ts";
import type { baselineAdvice } from "./baseline-advice.ts";
import { UnknownOutcome } from "./change-once.ts";
import { wayOutOfDirty } from "./dirty-database.ts";

/** Why a migration failed, and how far golang-migrate's protocol had come. */
export interface MigrationFailure {
	readonly cause: unknown;
	/** The database had been marked dirty before. */
	readonly dirty: boolean;
	/** Of the change that would have ended the migration. */
	readonly token: string;
	/** How many rows rounds of the migration have changed that were committed before; missing for none. */
	readonly rowsBefore?: number;
}

/**
 * Makes the error of a migration that failed. Asks the database where it is: when its disk failed in the midst of a
 * commit, that may have happened or not.
 *
 * @param report What had succeeded before.
 */
export async function migrationFailed(
	driver: Driver,
	migration: Migration,
	{ cause, dirty, token, rowsBefore }: MigrationFailure,
	report: MigrationReport,
): Promise<MigrateError<"ERR_MIGRATION_FAILED" | "ERR_OUTCOME_UNKNOWN">> {
	if (cause instanceof UnknownOutcome) return outcomeUnknown(migration, cause, dirty, report);
	try {
		const committed = await isCommitted(driver, token);
		const history = driver.history !== undefined;
		const advice = await adviceAbout(driver, migration, cause, report);
		const found = { ...(await driver.version()), committed, rowsBefore, history, advice };
		return migrationError(migration, cause, report, found);
	} catch (error) {
		// A driver that was closed answers nothing; what `close` has ended was not committed.
		const closed = isMigrateError(error, "ERR_CLOSED");
		const ended = closed && isMigrateError(cause, "ERR_CLOSED");
		const version = dirty ? migration.target : report.to;
		const known =
			dirty || ended
				? { version, dirty, committed: false, rowsBefore, history: driver.history !== undefined }
				: undefined;
		return migrationError(migration, closed ? cause : suppress(cause, error), report, known);
	}
}

/** @returns `undefined` where it cannot be told: the driver has no tokens, or another run has the lock now. */
async function isCommitted(driver: Driver, token: string): Promise<boolean | undefined> {
	try {
		return driver.lastToken && (await driver.lastToken()) === token;
	} catch (error) {
		if (isMigrateError(error, "ERR_LOCK_LOST")) return undefined;
		throw error;
	}
}

/** Makes the error of a migration that may have been committed or not. @param report What had succeeded before it. */
export function outcomeUnknown(
	{ version, direction, file }: Migration,
	{ cause }: UnknownOutcome,
	dirty: boolean,
	report: MigrationReport,
): MigrateError<"ERR_OUTCOME_UNKNOWN"> {
	const location = file?.location ?? `${version}/${direction}`;
	const message = `${location}: ${cause.message}\nwhether it was committed cannot be asked, since the database does not answer; look at its version before you go on`;
	return new MigrateError("ERR_OUTCOME_UNKNOWN", message, { version, direction, location, dirty, report }, { cause });
}

/** What the database says of itself after a failure. */
interface Found extends VersionState {
	/** Whether the migration was committed, whatever failed; `undefined` for a driver that cannot tell. */
	readonly committed: boolean | undefined;
	/** As `MigrationFailure.rowsBefore`. */
	readonly rowsBefore?: number | undefined;
	/** Whether the driver keeps one. */
	readonly history: boolean;
	/** As `baselineAdvice` returns it; missing where it was not asked. */
	readonly advice?: string | undefined;
}

/** As `baselineAdvice`, which few runs need. */
export async function adviceAbout(...about: Parameters<typeof baselineAdvice>): Promise<string | undefined> {
	return (await import("./baseline-advice.ts")).baselineAdvice(...about);
}

/** @param found `undefined` when the database does not answer. */
export function migrationError(
	{ version, direction, target, file }: Migration,
	cause: unknown,
	report: MigrationReport,
	found: Found | undefined,
): MigrateError<"ERR_MIGRATION_FAILED"> {
	const location = file?.location ?? `${version}/${direction}`;
	const details = isMigrateError(cause) ? (cause.details as { line?: number; column?: number } | undefined) : undefined;
	const place = details?.line === undefined ? "" : `:${details.line}:${details.column ?? 1}`;
	const reason = isError(cause) ? cause.message : String(cause);
	const dirty = found?.dirty ?? false;
	const to = found === undefined || dirty ? report.to : found.version;
	return new MigrateError(
		"ERR_MIGRATION_FAILED",
		`${location}${place}: ${reason}\n${describeState(report, { version, target }, found)}`,
		{ version, direction, location, dirty, report: { ...report, to } },
		{ cause },
	);
}

function describeState(
	before: MigrationReport,
	migration: Pick<Migration, "version" | "target">,
	found: Found | undefined,
): string {
	if (found === undefined) {
		return "whether it was rolled back cannot be read; look at the version of the database before you go on";
	}
	const { version, dirty, rowsBefore = 0, history, advice } = found;
	const { target } = migration;
	// A step may leave the version as it is, and then the version tells nothing.
	const committed = found.committed ?? (version === target && target !== before.to);
	if (dirty) {
		// The row of a migration that runs out of order, and of one that is reverted, has another version.
		const what = version === target ? `version ${migration.version}` : "it";
		return `the database is dirty at version ${version}: ${wayOutOfDirty(history, what)}`;
	}
	const place = version === NIL_VERSION ? "without any migration" : `at version ${version}`;
	if (committed) return `all the same the database is ${place} and not dirty`;
	if (version === before.to && rowsBefore > 0) {
		return `the last round was rolled back, and those before it stay, which have changed ${rowsBefore} rows; the database is ${place} and not dirty`;
	}
	if (version === before.to) {
		return `rolled back; the database is ${place} and not dirty${advice === undefined ? "" : `; ${advice}`}`;
	}
	return `meanwhile another process has been at work: the database is ${place} and not dirty`;
}
