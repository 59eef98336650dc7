import type { VersionState } from "./driver/version-state.ts";
import type { RehearsalFinding } from "./engine/rehearse/rehearsal-report.ts";
import { isError } from "./is-error.ts";
import type { Direction, MigrationReport } from "./migration.ts";
import type { Version } from "./version.ts";
import { withJson } from "./with-json.ts";

/**
 * Every failure the engine, a source or a driver reports on purpose.
 *
 * The code is the contract: codes never change within a major version, messages may.
 * Mistakes in the caller's code (wrong argument type) are plain `TypeError`s and carry no code.
 * Lines and columns are 1-based; columns count UTF-16 units.
 */
export interface ErrorDetails {
	/** The URL's scheme has no registered driver. */
	ERR_UNKNOWN_DRIVER: { readonly scheme: string; readonly known: readonly string[] };
	/** The URL's scheme has no registered source. */
	ERR_UNKNOWN_SOURCE: { readonly scheme: string; readonly known: readonly string[] };
	/** `register()` was called twice for one name. */
	ERR_DUPLICATE_DRIVER: { readonly name: string };
	/** `registerSource()` was called twice for one name. */
	ERR_DUPLICATE_SOURCE: { readonly name: string };
	/**
	 * A URL that cannot be read: no scheme, a control character, bad percent-encoding, a missing path. `path` is what was
	 * given in place of a URL, when it was a path.
	 */
	ERR_INVALID_URL: { readonly reason: string; readonly path?: string };
	/** An option that does not exist, or whose value cannot be read. */
	ERR_INVALID_OPTION: { readonly option: string; readonly value?: string };
	/** A version outside -1 to 2^63-1, or one that the operation cannot take. */
	ERR_INVALID_VERSION: { readonly version: string };
	/** The source cannot be listed or a file of it cannot be read. */
	ERR_SOURCE: { readonly location: string };
	/** The source holds no migration at all. */
	ERR_NO_MIGRATIONS: { readonly location: string };
	/** Two files have the same version and direction. */
	ERR_DUPLICATE_MIGRATION: {
		readonly version: Version;
		readonly direction: Direction;
		readonly names: readonly string[];
	};
	/** A name that looks like a migration's but does not parse. */
	ERR_MIGRATION_NAME: { readonly names: readonly string[] };
	/** `godwit.sum` cannot be read or does not fit the files. `line` is 0 where no line of it is at fault. */
	ERR_SEAL: { readonly location: string; readonly line: number };
	/** The source has no migration of this version. */
	ERR_VERSION_NOT_FOUND: { readonly version: Version };
	/** A migration on the way down has no down file. Nothing was changed. */
	ERR_IRREVERSIBLE: { readonly version: Version };
	/** The body cannot be run as it is written: invalid UTF-8, a NUL byte, an unclosed string or comment, an unknown directive. Or it was changed between two readings. */
	ERR_INVALID_BODY: { readonly line: number; readonly column: number; readonly problem: string };
	/** A statement that may not stand in a body that runs inside a transaction. */
	ERR_TRANSACTION_CONTROL: { readonly sql: string; readonly line: number; readonly column: number };
	/** The body changes the version or the lock that godwit keeps in the database; it was rolled back. */
	ERR_OWN_TABLES: { readonly sql: string; readonly line: number; readonly column: number };
	/** The body has to run outside a transaction, and the caller asked for one. */
	ERR_NO_TRANSACTION: { readonly version: Version };
	/**
	 * The database rejected a statement, or the driver one that would detach the application's database. `resultCode` is the
	 * engine's own name for the failure, when it is the engine's. `exists` where PostgreSQL says that what the statement makes is
	 * there already; other engines do not tell by a code.
	 */
	ERR_SQL: {
		readonly sql: string;
		readonly line?: number;
		readonly column?: number;
		readonly resultCode?: string;
		readonly exists?: true;
	};
	/** A migration left rows whose foreign key points nowhere; it was rolled back, unless it runs outside a transaction. */
	ERR_FOREIGN_KEY: { readonly violations: readonly string[] };
	/**
	 * A migration took a table away, and foreign keys of others still refer to it; it was rolled back, unless it runs outside
	 * a transaction. `tables` are those others, at most 20.
	 */
	ERR_DANGLING_REFERENCE: {
		readonly sql: string;
		readonly line: number;
		readonly column: number;
		readonly parent: string;
		readonly tables: readonly string[];
	};
	/** Migrations below the database's version are not applied; the policy says to stop. Nothing was changed. */
	ERR_OUT_OF_ORDER: { readonly versions: readonly Version[] };
	/** The files of applied migrations were edited since they ran; the policy says to stop. Nothing was changed. */
	ERR_CHANGED: { readonly versions: readonly Version[] };
	/** The rounds of a migration's down file began and did not end, so that it is neither applied nor reverted. Nothing was changed. */
	ERR_HALF_REVERTED: { readonly version: Version };
	/** The database is above every migration of the source: a newer release has migrated it. Nothing was changed. */
	ERR_DATABASE_NEWER: { readonly version: Version; readonly newest: Version };
	/** The operation would pass migrations of which nobody knows whether they are applied, because another tool was at work. */
	ERR_HISTORY_UNKNOWN: { readonly versions: readonly Version[] };
	/**
	 * A migration cannot be reverted with what the history stored: it has no text, one that is not as it was or that reaches
	 * beyond the database, or another one than was shown. Nothing was changed.
	 */
	ERR_STORED_TEXT: { readonly version: Version };
	/** What a person said does not fit what is known of the version. Nothing was changed. */
	ERR_REPAIR: { readonly version: Version };
	/**
	 * The database is not as the migrations up to the version make it. Nothing was changed. The lines are those of
	 * `Driver.structure`: what is missing in the database, and what is too much.
	 */
	ERR_BASELINE: { readonly version: Version; readonly missing: readonly string[]; readonly extra: readonly string[] };
	/** The rehearsal that the option `rehearse` asks for was not clean: `findings` are its errors. Nothing was changed. */
	ERR_REHEARSAL: { readonly findings: readonly RehearsalFinding[] };
	/** The history in the database was written by a newer godwit, whose format this one does not know. */
	ERR_HISTORY_FORMAT: { readonly format: string };
	/** The database cannot be opened, read or written: missing folder, read-only, not a database, corrupt. */
	ERR_DATABASE: { readonly resultCode?: string };
	/** The connection to the database ended while a call was under way. Whether what the call was to commit is there, `lastToken` tells. */
	ERR_CONNECTION_LOST: undefined;
	/** The database stayed busy with a transaction of another program than godwit. Safe to retry. */
	ERR_BUSY: { readonly waitedMs: number };
	/** This instance already holds the migration lock. */
	ERR_LOCKED: undefined;
	/** Somebody else held the migration lock, or another run of godwit was in the way, for the whole of the timeout. Safe to retry. */
	ERR_LOCK_TIMEOUT: { readonly waitedMs: number; readonly owner: string };
	/** `unlock()` was called without a lock being held by this instance. */
	ERR_NOT_LOCKED: undefined;
	/** The lock was taken over while this process did not answer. What it had not committed was rolled back. */
	ERR_LOCK_LOST: { readonly owner: string };
	/** The database is not at the version that the change starts from: something else wrote it. Nothing was changed. */
	ERR_VERSION_MOVED: { readonly expected: VersionState; readonly found: VersionState };
	/** The driver's transaction waits for its turn or is under way: use the handle that its callback is given, or await it. */
	ERR_IN_TRANSACTION: undefined;
	/** A source called the `Migrate` that was reading from it, or `around` the one that waits for it: each would wait for the other. */
	ERR_IN_OPERATION: undefined;
	/**
	 * The call needs a lock that may not be waited for while others are held. Nothing was changed. Give the lock back, take
	 * it again, which waits, and begin anew; the engine does so by itself.
	 */
	ERR_START_OVER: { readonly reason: string };
	/**
	 * An earlier migration failed half-way; repair the schema by hand, then say how it ended with `repair`, or `force` a version with a
	 * driver that keeps no history. `version` is that of the migration, or the database's where it is not known which one it is.
	 */
	ERR_DIRTY: { readonly version: Version };
	/**
	 * A migration failed; `cause` says why. `report` tells what had succeeded before it, and its `to` where the database
	 * is, or was before when it is dirty or does not answer: at the migration's target when the failure came after the commit, most likely from the disk.
	 */
	ERR_MIGRATION_FAILED: {
		readonly version: Version;
		readonly direction: Direction;
		readonly location: string;
		readonly dirty: boolean;
		readonly report: MigrationReport;
	};
	/**
	 * The connection was lost while a migration was committed, and the database does not answer any more: it may have been
	 * applied or not. `report` tells what had succeeded before it.
	 */
	ERR_OUTCOME_UNKNOWN: {
		readonly version: Version;
		readonly direction: Direction;
		readonly location: string;
		readonly dirty: boolean;
		readonly report: MigrationReport;
	};
	/** The driver does not have the capability that an option needs. */
	ERR_UNSUPPORTED: { readonly capability: string };
	/** The object was used after `close()`. */
	ERR_CLOSED: undefined;
	/** The runtime is too old for what is needed, or does not have it. */
	ERR_RUNTIME: { readonly required: string; readonly found: string };
	/** A package that the driver needs is not installed: `places` are the files beside which it was looked for. */
	ERR_PACKAGE_NOT_FOUND: { readonly package: string; readonly places: readonly string[] };
}

export type ErrorCode = keyof ErrorDetails;

const brand = Symbol.for("@godwit/core/MigrateError");

export interface MigrateErrorOptions extends ErrorOptions {
	/** Failures of the clean-up that followed this error. */
	readonly suppressed?: readonly unknown[];
}

export class MigrateError<C extends ErrorCode = ErrorCode> extends Error {
	override readonly name = "MigrateError";
	readonly code: C;
	readonly details: ErrorDetails[C];
	/** Failures of the clean-up that followed this error, in order; usually empty. */
	readonly suppressed: readonly unknown[];
	/** @internal */
	readonly [brand] = true;

	constructor(code: C, message: string, details: ErrorDetails[C], options: MigrateErrorOptions = {}) {
		super(message, options);
		this.code = code;
		this.details = withJson(details);
		this.suppressed = options.suppressed ?? [];
	}

	/** For `JSON.stringify`: name, code, message and details, with versions as strings. The cause can be anything, and is left out. */
	toJSON(): object {
		const { name, code, message, details } = this;
		return { name, code, message, details: withJson({ ...details }) };
	}
}

/** A MigrateError with one of these codes, as a union of one type for each: `switch (error.code)` narrows `error.details`. */
export type MigrateErrorOf<C extends ErrorCode = ErrorCode> = C extends ErrorCode ? MigrateError<C> : never;

/** Returns whether an error is a MigrateError, also across duplicate copies of this package, where `instanceof` does not. */
export function isMigrateError<C extends ErrorCode = ErrorCode>(error: unknown, code?: C): error is MigrateErrorOf<C> {
	return isError(error) && brand in error && (code === undefined || (error as MigrateError).code === code);
}

/**
 * Keeps a clean-up failure with the error that came first, which stays the one that callers see.
 *
 * @returns A MigrateError with the first one's code and stack, or an `AggregateError` of both when that is none.
 */
export function suppress(first: unknown, later: unknown): Error {
	if (!isMigrateError(first)) {
		const errors = [first, later];
		return new AggregateError(errors, isError(first) ? first.message : String(first), { cause: first });
	}
	const { code, message, details, cause, suppressed, stack } = first;
	const both = new MigrateError(code, message, details, { cause, suppressed: [...suppressed, later] });
	if (stack !== undefined) both.stack = stack;
	return both;
}
