import type { MigrationBody } from "../body/migration-body.ts";
import type { CorrectedText } from "../effects/correction.ts";
import type { AnalyseOptions, Analysis } from "../effects/effects.ts";
import type { HistoryHead, RecordedEvent, StoredTexts } from "../history/history-event.ts";
import type { Backup, BackupOptions, RestoreSteps } from "./backup.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { RehearsalCopy, RehearsalOptions } from "./rehearsal.ts";
import type { Schema } from "./schema.ts";
import type { FoundVersion, VersionChange } from "./version-state.ts";

export interface LockOptions {
	/**
	 * How long to wait for another holder, and before that for other calls of this instance, in milliseconds; 0 tries
	 * once. The driver's own default otherwise.
	 */
	readonly timeoutMs?: number | undefined;
	/** Ends the waiting; the call then rejects with the signal's reason. */
	readonly signal?: AbortSignal | undefined;
	/** Hears, in a sentence, what the lock cannot keep out in this place, and until `unlock` whom a statement waits for. */
	readonly onNotice?: ((notice: string) => void) | undefined;
}

/**
 * What became of a body: all of it ran, or nothing at all because it has to run outside a transaction. `round`: a part of it ran, was
 * committed without the version, and it has to be applied again.
 */
export type ApplyOutcome = "applied" | "declined" | "round";

/** Of a body that asks to be run in rounds, see `Driver.apply`. */
export interface Rounds {
	/** How many rows the rounds before have changed. */
	readonly before: number;
	/** Makes what is recorded with a round. The version stays as it is. @param rows How many rows it has changed, at least 1. */
	record(rows: number): VersionChange;
}

/** What can be done inside a driver's open transaction. It cannot be used any more when the transaction is over. */
export interface DriverTransaction {
	/**
	 * Runs a body and leaves the version alone.
	 *
	 * @returns `"declined"`, having done nothing, for a body that has to run outside a transaction.
	 * @throws MigrateError as `Driver.run`; the transaction cannot be committed after that.
	 */
	run(body: MigrationBody): Promise<ApplyOutcome>;
}

/**
 * One connection to one database. Go: database.Driver.
 *
 * A checklist for authors:
 *
 * 1. Drivers are dumb: do what the method says, decide nothing. The engine orders the calls.
 * 2. `open` reads its configuration from the URL alone, `withInstance` from its arguments; neither reads the
 *    environment. A misspelt option is `ERR_INVALID_OPTION`.
 * 3. `open` and `version` write nothing: an up-to-date database is left untouched.
 * 4. A failed query is an error, never "no version". Errors are `MigrateError`s whose `cause` is the engine's own.
 * 5. Calls that overlap run one after the other. `defineDriver` sees to that, and to what `close` and a lock that cannot
 *    be given back mean; build on it. Several processes may be at work on one database at the same time.
 * 6. After `close` every other method is `ERR_CLOSED`.
 * 7. Nothing waits for itself. From the call of `transaction` until it is over every other method but `close` is
 *    `ERR_IN_TRANSACTION`, whoever calls it: the transaction's `work` may await it, and it would wait for `work`. A call
 *    that was made before takes its turn: before the transaction, or after it when it is a `lock` that still waits then.
 * 8. Run the laws of `@godwit/conformance` over it.
 */
export interface Driver extends AsyncDisposable {
	/**
	 * Takes the migration lock of this database, across processes, and waits for it without blocking the event loop.
	 *
	 * A driver that cannot lock does nothing, and does not claim `lock` when the laws run over it.
	 *
	 * @throws MigrateError `ERR_LOCKED` at once when this instance holds the lock; `ERR_LOCK_TIMEOUT` when another
	 *   holder, or another call of this instance, was in the way for `timeoutMs`. Leaves no lock behind on failure.
	 */
	lock(options?: LockOptions): Promise<void>;

	/**
	 * Gives the lock back. When that fails, it is tried again with the next call and with `close`.
	 *
	 * @throws MigrateError `ERR_NOT_LOCKED` when this instance does not hold it; `ERR_LOCK_LOST` when somebody
	 *   took it over in the meantime.
	 */
	unlock(): Promise<void>;

	/**
	 * Runs a body and leaves the version alone. The engine calls it between two `setVersion`.
	 *
	 * All or nothing unless the body or the configuration asks to run outside a transaction.
	 *
	 * @throws MigrateError `ERR_SQL`, `ERR_INVALID_BODY`, `ERR_TRANSACTION_CONTROL` and others.
	 */
	run(body: MigrationBody): Promise<void>;

	/**
	 * Replaces the version and the dirty flag, durably. Every state is storable, also -1 and dirty.
	 *
	 * @throws MigrateError `ERR_VERSION_MOVED` and `ERR_LOCK_LOST`, after which nothing was written.
	 */
	setVersion(change: VersionChange): Promise<void>;

	/**
	 * Reads the version from the database, each time. Version -1, not dirty, when nothing was ever recorded.
	 *
	 * @param options How long to wait for other calls of this instance, and where the database cannot be read while
	 *   somebody migrates it.
	 * @throws MigrateError `ERR_LOCK_TIMEOUT`, `ERR_BUSY`.
	 */
	version(options?: LockOptions): Promise<FoundVersion>;

	/** Deletes everything in the database, the version and the history too; the instance still holds its lock afterwards. */
	drop(): Promise<void>;

	/**
	 * Ends every waiting and every reading of a body, rolls a transaction back whether its `work` answers or not, waits
	 * for what is under way, then releases a held lock, and the connection unless the caller brought it. A second call does
	 * nothing more.
	 *
	 * @throws MigrateError `ERR_LOCK_LOST` when somebody took the held lock over; the connection is released all the same.
	 */
	close(): Promise<void>;

	/**
	 * Optional: runs a body and records the version in ONE transaction.
	 *
	 * A body that it runs never leaves a dirty database behind; after a failure everything is as before.
	 * Resolves to `"declined"`, having changed nothing, for a body that has to run outside a transaction and that can be
	 * read to its end; the engine then uses `setVersion`, `run`, `setVersion`.
	 *
	 * A body may ask, in the language of the database, to be run in rounds: each is a transaction of its own that changes some rows,
	 * and the lock is given back in between. The round that changes nothing records `change`.
	 *
	 * @param rounds Missing when there can be no rounds; such a body then runs whole.
	 * @throws MigrateError as `run`; `ERR_VERSION_MOVED` and `ERR_LOCK_LOST`, after which nothing was written;
	 *   `ERR_START_OVER`.
	 */
	apply?(body: MigrationBody, change: VersionChange, rounds?: Rounds): Promise<ApplyOutcome>;

	/**
	 * Optional: runs several bodies and records the version, at the end, in ONE transaction. When `work` rejects, all of
	 * it is rolled back and the rejection is passed on.
	 *
	 * @throws MigrateError `ERR_CLOSED` when `close` came before the end of `work`; `ERR_VERSION_MOVED` and `ERR_LOCK_LOST`, after which nothing was written; `ERR_START_OVER`.
	 */
	transaction?<T>(change: VersionChange, work: (transaction: DriverTransaction) => Promise<T>): Promise<T>;

	/**
	 * Optional: reads the token of the last change that was committed under this instance's lock.
	 *
	 * After a call that was `ERR_CONNECTION_LOST` it connects again, and no change that was under way can be committed any more
	 * when it resolves.
	 *
	 * @throws MigrateError `ERR_LOCK_LOST` when another holder has taken the lock, whose changes have tokens of their own.
	 */
	lastToken?(): Promise<string | undefined>;

	/**
	 * Optional: describes what the database holds, without its rows and without the tables of the driver: a line for each part,
	 * sorted, in one spelling, so that databases that do the same have the same lines. A line that begins with `detail ` is of
	 * less weight: when such lines alone differ, every statement that works on one database works on the other with few rows excepted.
	 */
	structure?(options?: LockOptions): Promise<readonly string[]>;

	/** Optional: reads what the database consists of, without its rows and without the tables of the driver. Writes nothing. */
	schema?(options?: LockOptions): Promise<Schema>;

	/** Optional: reads the whole database, and tells what is wrong with it or worth knowing. Writes nothing. */
	diagnose?(options?: LockOptions): Promise<readonly Diagnosis[]>;

	/**
	 * Optional: opens an empty database of the same kind that is nobody else's and goes with its `close`. What a body does there
	 * reaches nothing outside of it: a statement that would write a file is an error.
	 */
	scratch?(): Promise<Driver>;

	/**
	 * Optional, for a database behind a server: resolves when the server takes a connection, and writes nothing. It waits for one
	 * that does not answer, or that is starting.
	 *
	 * @param options How long to wait: `timeoutMs`.
	 * @throws MigrateError `ERR_DATABASE` with what the last attempt failed with, when the time is up; at once for what no waiting
	 *   cures, such as a wrong password.
	 */
	ready?(options: LockOptions): Promise<void>;

	/**
	 * Optional: tells what bodies would do, one after the other, on the database as it is. Writes nothing, and takes no lock. A body
	 * that cannot be run as it is written is one that fails, with a finding. `check` reads from it, on the driver that `scratch` opens,
	 * which rules a file may break, those of the way down too: without it none may be.
	 *
	 * @throws MigrateError As `version`; what a body rejects with that cannot be read.
	 */
	analyse?(bodies: readonly MigrationBody[], options?: AnalyseOptions & LockOptions): Promise<Analysis>;

	/**
	 * Optional: writes a text as this database takes it, where it refuses what others take and the meaning is beyond doubt, as it
	 * would run on the database as it is. Runs nothing of it.
	 *
	 * @throws MigrateError `ERR_INVALID_BODY`; as `version`.
	 */
	correct?(text: string): Promise<CorrectedText>;

	/**
	 * Optional: returns the path of the database's file while there is none, which the first call that takes the lock makes;
	 * `undefined` when it is there. Takes no lock.
	 */
	missingFile?(): Promise<string | undefined>;

	/**
	 * Optional: copies the database as it is in one moment, so that the copy is whole and nobody holds its lock. Belongs under the lock.
	 *
	 * @throws MigrateError `ERR_NOT_LOCKED`; `ERR_UNSUPPORTED` for a database that has no file; `ERR_DATABASE`.
	 */
	backup?(options?: BackupOptions): Promise<Backup>;

	/**
	 * Optional: replaces the database by a backup. Belongs under the lock, which this instance still holds afterwards. Whenever the
	 * process ends in the midst of it, the database is the old one or the new one.
	 *
	 * @param file The backup, absolute or from the working directory. It is only read.
	 * @throws MigrateError `ERR_NOT_LOCKED`; `ERR_UNSUPPORTED` for what this driver or this way cannot do; `ERR_DATABASE` for a file
	 *   that is no whole database; `ERR_BUSY` and `ERR_LOCK_LOST`. Then nothing was changed, unless the message says that the database
	 *   is restored.
	 */
	restore?(file: string, steps: RestoreSteps): Promise<void>;

	/**
	 * Optional: copies the database as it is in one moment to a file that nobody else knows, to try migrations on it. Under the lock of
	 * this instance, or without it; then the database is only read. A copy that a dead process has left is removed.
	 *
	 * @throws MigrateError `ERR_UNSUPPORTED` for a database that has no file; `ERR_DATABASE`; as `version`.
	 */
	rehearsal?(options?: RehearsalOptions & LockOptions): Promise<RehearsalCopy>;

	/** Optional: the history, see `VersionChange.events`. */
	readonly history?: DriverHistory;
}

/** The whole history, and the version as it was in the same moment. */
export interface RecordedHistory extends FoundVersion {
	readonly head: HistoryHead;
	/** In the order in which they were written. */
	readonly events: readonly RecordedEvent[];
}

/**
 * What a driver keeps of the past: events that are only ever added, in the database itself, each in the transaction of the
 * version that it belongs to.
 */
export interface DriverHistory {
	/**
	 * Whether the text of a file may go into an event, as `HistoryEvent.upText` or `downText`; otherwise its checksum alone does.
	 * The configuration says so, and the file may say no, in the language of the database.
	 *
	 * @param text Without a byte order mark.
	 */
	keepsText(text: string): boolean;
	/**
	 * Optional: what a text says to the database, in a form that leaves comments and white space out. Two texts with the same
	 * meaning do the same. `undefined` for a text that cannot be read.
	 */
	meaning?(text: string): string | undefined;
	/**
	 * Optional: finds the first statement of a text that reaches more than the database itself, as one that opens a file does.
	 * Such a text is not run from the history, since whoever can write the database could have put it there.
	 *
	 * @returns `sql` names the kind of statement in a word or two; `line` and `column` are 1-based.
	 * @throws MigrateError `ERR_INVALID_BODY` for a text that cannot be read.
	 */
	reachesBeyond?(text: string): { readonly sql: string; readonly line: number; readonly column: number } | undefined;
	/** Reads all events. None when nothing was ever recorded. */
	read(options?: LockOptions): Promise<RecordedHistory>;
	/** Reads the texts that an event keeps, by `RecordedEvent.id`. */
	texts(id: number): Promise<StoredTexts>;
}
