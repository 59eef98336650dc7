import { cleanUpAfter } from "../clean-up-after.ts";
import type { Backup, BackupOptions, RestoreOptions } from "../driver/backup.ts";
import { type CallQueue, callQueue } from "../driver/call-queue.ts";
import type { Diagnosis } from "../driver/diagnosis.ts";
import type { Driver, VersionState } from "../driver/driver.ts";
import type { Schema } from "../driver/schema.ts";
import type { RecordedEvent, StoredTexts } from "../history/history-event.ts";
import type { Migration, MigrationReport } from "../migration.ts";
import { assertMigrations } from "../source/assert-migrations.ts";
import type { Source } from "../source/source.ts";
import type { UrlOrPath } from "../url/given-url.ts";
import { toVersion } from "../version.ts";
import { withJson } from "../with-json.ts";
import { assertDriver, assertNoArguments, assertSource } from "./arguments.ts";
import { assertBackupOptions, makeBackup, restoreBackup } from "./backup.ts";
import { type BaselineOptions, baseline } from "./baseline.ts";
import { type DownOptions, storedOf } from "./down-options.ts";
import { readSchema } from "./dump/read-schema.ts";
import { assertFormat, type DumpFormat, writeSchema } from "./dump/write-schema.ts";
import { forceEvents } from "./force-events.ts";
import { assertOptions, type MigrateOptions } from "./migrate-options.ts";
import { type MigrationPlan, readPlan } from "./migration-plan.ts";
import { openBoth } from "./open-both.ts";
import type { Goal } from "./plan.ts";
import { type Cure, repair } from "./repair.ts";
import { type CarryOut, carryOut } from "./run/carry-out.ts";
import { recordOnce } from "./run/change-once.ts";
import { underLock, waitingOf, whenReady } from "./run/migration-lock.ts";
import { preparedMigrations, preparedWay } from "./run/prepare.ts";
import { preparedStored } from "./run/prepare-stored.ts";
import { type SourceCalls, sourceCalls } from "./run/source-calls.ts";
import { isPendingMigration, type PendingMigration, readStatus, type StatusReport } from "./status.ts";
import { readStoredDown, type StoredDown, withHistory } from "./stored-down.ts";
import { newToken } from "./token.ts";

/**
 * A source and a database, and what to do with them. Operations that overlap run one after the other. Go: migrate.Migrate.
 *
 * `JSON.stringify` takes what the methods return and what they throw; versions are strings there.
 *
 * Code of the source, such as a function that loads a file, must not wait for an operation of the same object, nor for its
 * driver: the operation under way waits for that code. A call that it makes before it waits for anything rejects with
 * `ERR_IN_OPERATION`; a later one looks like any other call, and waits until `close`.
 */
export class Migrate implements AsyncDisposable {
	readonly #source: Source;
	readonly #driver: Driver;
	readonly #options: MigrateOptions;
	readonly #operations: CallQueue = callQueue();
	readonly #sourceCalls: SourceCalls = sourceCalls();

	/** Takes what is open already; `close` closes both. Go: NewWithInstance. */
	constructor({ source, driver, ...options }: MigrateOptions & { readonly source: Source; readonly driver: Driver }) {
		assertOptions(options);
		assertSource(source);
		assertDriver(driver);
		this.#source = this.#sourceCalls.watch(source);
		this.#driver = driver;
		this.#options = options;
	}

	/**
	 * Opens a source and a database, each by URL or by path, see `sourceUrl` and `databaseUrl`; either may be open already. Go: New.
	 *
	 * @throws MigrateError What `openSource` and `openDriver` throw; then nothing is left open. @throws TypeError for what is none
	 *   of these.
	 */
	static async open(
		source: UrlOrPath | Source,
		database: UrlOrPath | Driver,
		options: MigrateOptions = {},
	): Promise<Migrate> {
		return openBoth(source, database, options, (opened) => new Migrate({ ...opened, ...options }));
	}

	/** Applies every migration above the current version. Go: Up. */
	up(): Promise<MigrationReport>;
	async up(...given: readonly unknown[]): Promise<MigrationReport> {
		assertNoArguments("up", given, "steps(1) applies the next migration, and migrate(7) goes to version 7");
		return this.#reach({ kind: "up" });
	}

	/**
	 * Reverts every applied migration, or those of `DownOptions.stored`. Go: Down.
	 *
	 * @throws MigrateError `ERR_STORED_TEXT` and `ERR_HISTORY_UNKNOWN` when `stored` is not, or may not be, what would be
	 *   reverted now; `ERR_UNSUPPORTED` for a driver that keeps no history. Then nothing was changed. @throws TypeError for
	 *   anything but `DownOptions`, such as a number.
	 */
	async down(options: DownOptions = {}): Promise<MigrationReport> {
		const stored = storedOf(options);
		if (stored === undefined) return this.#reach({ kind: "down" });
		const driver = withHistory(this.#driver);
		const preparation = preparedStored(this.#source, driver, [...stored]);
		return this.#operate(() => carryOut({ ...this.#parts(), preparation }));
	}

	/**
	 * Reads what the history stored of the down files of the last `count` migrations, or of all, when they were applied: for
	 * files that are gone or were changed since. Show it to somebody, and give it to `down`. Takes no lock, and writes nothing.
	 *
	 * @returns Newest first; fewer than `count` when there are no more.
	 * @throws MigrateError `ERR_STORED_TEXT` for a migration without such a text, or with one that may not be run;
	 *   `ERR_HISTORY_UNKNOWN` for one that another tool may have reverted or applied, or that did not run here; `ERR_DIRTY`;
	 *   `ERR_UNSUPPORTED` for a driver that keeps no history.
	 */
	async storedDown(count?: number): Promise<readonly StoredDown[]> {
		if (count !== undefined && (!Number.isSafeInteger(count) || count < 0)) {
			throw new TypeError(`the number of migrations must be a whole number of at least 0, not ${count}`);
		}
		const driver = withHistory(this.#driver);
		return this.#operate(() => readStoredDown(this.#source, driver, count, waitingOf(this.#options)));
	}

	/** Applies `count` migrations, or reverts `-count` when it is negative. Go: Steps. */
	async steps(count: number): Promise<MigrationReport> {
		if (!Number.isSafeInteger(count)) throw new TypeError(`the number of steps must be a whole number, not ${count}`);
		return this.#reach({ kind: count < 0 ? "down" : "up", limit: Math.abs(count) });
	}

	/**
	 * Reverts the last `count` migrations and applies them again, as one does while writing them: in one transaction where the
	 * driver has one, unless `MigrateOptions.transaction` is `"each"`.
	 */
	async redo(count = 1): Promise<MigrationReport> {
		if (!Number.isSafeInteger(count) || count < 1) {
			throw new TypeError(`the number of migrations must be a whole number of at least 1, not ${count}`);
		}
		const transaction = this.#options.transaction ?? (this.#driver.transaction === undefined ? "each" : "all");
		return this.#reach({ kind: "redo", limit: count }, { ...this.#options, transaction });
	}

	/** Goes up or down to a version that the source has. Go: Migrate. */
	async migrate(version: bigint | number): Promise<MigrationReport> {
		return this.#reach({ kind: "version", version: toVersion(version) });
	}

	/** Runs the given migrations in order, whatever the source has. Go: Run. */
	async run(...migrations: readonly Migration[]): Promise<MigrationReport> {
		for (const { version, target } of migrations) {
			toVersion(version);
			toVersion(target);
		}
		return this.#operate(() =>
			carryOut({ ...this.#parts(), preparation: preparedMigrations(this.#source, this.#driver, migrations) }),
		);
	}

	/**
	 * Records a version, not dirty, and runs nothing; the way out of a dirty database after a repair by hand. Go: Force.
	 *
	 * The source need not have the version.
	 */
	async force(version: bigint | number): Promise<void> {
		const forced = toVersion(version);
		const events = this.#driver.history && (await forceEvents(this.#source, forced));
		const change = { version: forced, dirty: false, token: newToken(), events };
		await this.#exclusively(() => recordOnce(this.#driver, change));
	}

	/**
	 * Says that a database without a version has what the migrations up to a version make. Nothing runs on it: its structure is
	 * compared with that of an empty database in memory on which they ran.
	 *
	 * @throws MigrateError `ERR_BASELINE` when it is another one; `ERR_REPAIR` when the database has a version;
	 *   `ERR_VERSION_NOT_FOUND`, `ERR_DIRTY`; `ERR_UNSUPPORTED` for a driver that cannot compare.
	 */
	async baseline(version: bigint | number, options: BaselineOptions = {}): Promise<void> {
		const first = toVersion(version);
		await this.#exclusively(() => baseline(this.#source, this.#driver, first, options));
	}

	/**
	 * Copies the database, as it is in one moment and checked, to a file named after it, its version and the time:
	 * `app.db.v7.20261127T041241123Z.backup`. Takes the lock.
	 *
	 * @throws MigrateError `ERR_UNSUPPORTED`, `ERR_DATABASE`.
	 */
	async backup(options: BackupOptions = {}): Promise<Backup> {
		assertBackupOptions(options);
		return this.#operate(() => underLock(this.#driver, this.#options, () => makeBackup(this.#driver, options)));
	}

	/**
	 * Replaces the database by a backup, under the lock. The backup is checked before, and only read.
	 *
	 * @param file Any whole database of the same kind, absolute or from the working directory.
	 * @returns Where the database is now.
	 * @throws MigrateError `ERR_UNSUPPORTED`, `ERR_DATABASE`, `ERR_BUSY`. Then the database is as it was.
	 */
	async restore(file: string, options: RestoreOptions = {}): Promise<VersionState> {
		if (typeof file !== "string" || file === "") throw new TypeError("restore takes the path of a backup");
		return this.#operate(() =>
			underLock(this.#driver, this.#options, () => restoreBackup(this.#driver, file, options)),
		);
	}

	/** Deletes everything in the database, dirty or not. Go: Drop. */
	drop(): Promise<void>;
	async drop(...given: readonly unknown[]): Promise<void> {
		assertNoArguments("drop", given);
		await this.#exclusively(() => this.#driver.drop());
	}

	/** Reads version and dirty flag; `NIL_VERSION` before the first migration. Takes no lock. Go: Version. */
	version(): Promise<VersionState>;
	async version(...given: readonly unknown[]): Promise<VersionState> {
		assertNoArguments("version", given, "migrate(7) goes to version 7");
		return this.#operate(async () => {
			const { version, dirty } = await this.#driver.version(waitingOf(this.#options));
			return { version, dirty };
		});
	}

	/** Tells of every migration whether it is applied, and what is not as it should be. Takes no lock, and writes nothing. */
	status(): Promise<StatusReport>;
	async status(...given: readonly unknown[]): Promise<StatusReport> {
		assertNoArguments("status", given);
		const options = this.#options;
		return this.#operate(() => readStatus(this.#source, this.#driver, options, waitingOf(options)));
	}

	/** Tells of the migrations that are not applied and may be, ascending, also below the database's version. As `status`. */
	pending(): Promise<readonly PendingMigration[]>;
	async pending(...given: readonly unknown[]): Promise<readonly PendingMigration[]> {
		assertNoArguments("pending", given);
		return withJson((await this.status()).migrations.filter(isPendingMigration));
	}

	/**
	 * Tells what would run on the way to a goal if it began now: `up` is `{ kind: "up" }`; and what each file would do, where the
	 * driver can tell, see `Driver.analyse`. Rows are counted where it depends on them. Takes no lock, and writes nothing.
	 *
	 * @throws MigrateError what the operation would throw before it runs anything, `ERR_CHANGED` excepted: whether files were
	 *   changed is told by `status`.
	 */
	async plan(goal: Goal): Promise<MigrationPlan> {
		return this.#operate(() => readPlan(this.#source, this.#driver, goal, this.#options));
	}

	/**
	 * Reads what the database consists of: tables, indexes, views and triggers, without rows, and without what godwit keeps for
	 * itself. Takes no lock, and writes nothing.
	 *
	 * @throws MigrateError `ERR_UNSUPPORTED` for a driver that cannot tell.
	 */
	schema(): Promise<Schema>;
	async schema(...given: readonly unknown[]): Promise<Schema> {
		assertNoArguments("schema", given);
		return this.#operate(() => readSchema(this.#driver, waitingOf(this.#options)));
	}

	/** Writes `schema()` as a text: the statements that make it (default), a JSON document, or a Mermaid diagram. The same schema gives the same text. */
	async dump(format: DumpFormat = "sql"): Promise<string> {
		assertFormat(format);
		return writeSchema(await this.schema(), format);
	}

	/**
	 * Examines the database itself: damage, texts in double quotes, references that lead nowhere, foreign keys that are violated,
	 * a write-ahead log that was left behind, and which version wrote it last. Reads every page of it, takes no lock, and writes nothing.
	 *
	 * @throws MigrateError `ERR_UNSUPPORTED` for a driver that cannot tell.
	 */
	async doctor(): Promise<readonly Diagnosis[]> {
		const { diagnose } = this.#driver;
		if (diagnose === undefined) {
			throw new MigrateError("ERR_UNSUPPORTED", "this driver cannot examine the database", { capability: "diagnose" });
		}
		return this.#operate(() => diagnose(waitingOf(this.#options)));
	}

	/** Reads every event of the history, in the order in which they were written; none where the driver keeps no history. */
	history(): Promise<readonly RecordedEvent[]>;
	async history(...given: readonly unknown[]): Promise<readonly RecordedEvent[]> {
		assertNoArguments("history", given);
		const { history } = this.#driver;
		if (history === undefined) return [];
		return this.#operate(async () => (await history.read(waitingOf(this.#options))).events);
	}

	/** Reads the texts of the files that an event of the history keeps. */
	async storedTexts(event: Pick<RecordedEvent, "id">): Promise<StoredTexts> {
		const { history } = this.#driver;
		return history === undefined ? {} : this.#operate(() => history.texts(event.id));
	}

	/**
	 * Writes down what a person says is so, see `Cure`. Nothing runs.
	 *
	 * @throws MigrateError `ERR_REPAIR` when it does not fit what is known; `ERR_DIRTY`; `ERR_UNSUPPORTED` for a driver that
	 *   keeps no history.
	 */
	async repair(cure: Cure): Promise<void> {
		const checked = "version" in cure ? { ...cure, version: toVersion(cure.version) } : cure;
		await this.#exclusively(() => repair(this.#source, this.#driver, checked));
	}

	/** Ends an operation that is under way, as a failure of its migration, and closes source and database. Go: Close. */
	close(): Promise<void>;
	async close(...given: readonly unknown[]): Promise<void> {
		assertNoArguments("close", given);
		// The driver first, which ends what is waited for.
		const closing = this.#driver.close();
		// Its failure is told when the operations before it are over.
		closing.catch(() => {});
		await this.#operations.run(async () => {
			try {
				await this.#source.close();
			} catch (error) {
				throw await cleanUpAfter(error, () => closing);
			}
			await closing;
		});
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	async #reach(wanted: Goal, options: MigrateOptions = this.#options): Promise<MigrationReport> {
		return this.#operate(async () => {
			if (wanted.kind !== "down" && !(wanted.kind === "up" && wanted.limit === 0)) await assertMigrations(this.#source);
			const preparation = preparedWay(this.#source, this.#driver, wanted, options);
			return carryOut({ ...this.#parts(), options, preparation });
		});
	}

	#parts(): Omit<CarryOut, "preparation"> {
		return { driver: this.#driver, source: this.#source, options: this.#options, calls: this.#sourceCalls };
	}

	/** Runs an operation when those before it are over. @throws MigrateError `ERR_IN_OPERATION`. */
	async #operate<T>(work: () => Promise<T>): Promise<T> {
		this.#sourceCalls.assertNone();
		return withJson(await this.#operations.run(() => whenReady(this.#driver, this.#options, work)));
	}

	async #exclusively(work: () => Promise<void>): Promise<void> {
		await this.#operate(() => underLock(this.#driver, this.#options, work));
	}
}
