import type { Backup, BackupOptions, RestoreOptions } from "../driver/backup.ts";
import type { Driver } from "../driver/driver.ts";
import type { VersionState } from "../driver/version-state.ts";
import type { Migration, MigrationReport } from "../migration.ts";
import { assertMigrations } from "../source/assert-migrations.ts";
import type { Source } from "../source/source.ts";
import type { UrlOrPath } from "../url/given-url.ts";
import { valueShown } from "../value-shown.ts";
import { toVersion } from "../version.ts";
import {
	assertDriver,
	assertKnownNames,
	assertNoArguments,
	assertOneOf,
	assertParts,
	assertSource,
} from "./arguments.ts";
import { assertBackupOptions, makeBackup, restoreBackup } from "./backup.ts";
import type { BaselineOptions } from "./baseline.ts";
import { type DownOptions, storedOf } from "./down-options.ts";
import { forceEvents } from "./force-events.ts";
import { assertOptions, type MigrateOptions } from "./migrate-options.ts";
import { openBoth } from "./open-both.ts";
import { type Operations, operations } from "./operations.ts";
import type { Goal } from "./plan.ts";
import type { Cure } from "./repair/repair.ts";
import { MigrateReports } from "./reports/migrate-reports.ts";
import { carryOut } from "./run/carry-out.ts";
import { recordOnce } from "./run/change-once.ts";
import { dropDatabase } from "./run/drop-database.ts";
import { waitingOf } from "./run/migration-lock.ts";
import { preparedMigrations, preparedWay } from "./run/preparation/prepare.ts";
import { preparedStored } from "./run/preparation/prepare-stored.ts";
import { withHistory } from "./stored-down.ts";
import { newToken } from "./token.ts";

/**
 * A source and a database, and what to do with them. Operations that overlap run one after the other. Go: migrate.Migrate.
 *
 * `JSON.stringify` takes what the methods return and what they throw; versions are strings there.
 *
 * Code of the source, such as a function that loads a file, must not wait for an operation of the same object, nor for its
 * driver: the operation under way waits for that code. A call that it makes before it waits for anything rejects with
 * `ERR_IN_OPERATION`; a later one looks like any other call, and waits until `close`. For `around` see `MigrateOptions.around`.
 */
export class Migrate extends MigrateReports implements AsyncDisposable {
	readonly #operations: Operations;
	readonly #source: Source;
	readonly #driver: Driver;
	readonly #options: MigrateOptions;

	/** Takes what is open already; `close` closes both. Go: NewWithInstance. */
	constructor(parts: MigrateOptions & { readonly source: Source; readonly driver: Driver }) {
		assertParts(parts);
		const { source, driver, ...options } = parts;
		assertOptions(options);
		assertSource(source);
		assertDriver(driver);
		const shared = operations(source, driver, options);
		super(shared);
		this.#operations = shared;
		({ source: this.#source, driver: this.#driver, options: this.#options } = shared);
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
		return this.#operations.run(() => carryOut({ ...this.#operations, preparation }));
	}

	/** Applies `count` migrations, or reverts `-count` when it is negative. Go: Steps. */
	async steps(count: number): Promise<MigrationReport> {
		if (!Number.isSafeInteger(count))
			throw new TypeError(`the number of steps must be a whole number, not ${valueShown(count)}`);
		return this.#reach({ kind: count < 0 ? "down" : "up", limit: Math.abs(count) });
	}

	/**
	 * Reverts the last `count` migrations and applies them again, as one does while writing them: in one transaction where the
	 * driver has one, unless `MigrateOptions.transaction` is `"each"`.
	 */
	async redo(count = 1): Promise<MigrationReport> {
		if (!Number.isSafeInteger(count) || count < 1) {
			throw new TypeError(`the number of migrations must be a whole number of at least 1, not ${valueShown(count)}`);
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
		return this.#operations.run(() =>
			carryOut({ ...this.#operations, preparation: preparedMigrations(this.#source, this.#driver, migrations) }),
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
		await this.#operations.runLocked(() => recordOnce(this.#driver, change));
	}

	/**
	 * Records that a database without a version has what the migrations up to a version make. Nothing runs on it: its structure is
	 * compared with that of an empty database in memory on which they ran.
	 *
	 * @throws MigrateError `ERR_BASELINE` when it is another one; `ERR_REPAIR` when the database has a version;
	 *   `ERR_VERSION_NOT_FOUND`, `ERR_DIRTY`; `ERR_UNSUPPORTED` for a driver that cannot compare.
	 */
	async baseline(version: bigint | number, options: BaselineOptions = {}): Promise<void> {
		const first = toVersion(version);
		assertKnownNames("baseline()", options, ["force"]);
		assertOneOf("force", options.force, [true, false]);
		const waiting = waitingOf(this.#options);
		// To lock a database makes one where there is none, so what can be refused is refused before.
		const record = await this.#operations.run(async () => {
			const { preparedBaseline } = await import("./baseline.ts");
			return preparedBaseline(this.#source, this.#driver, first, { ...options, waiting });
		});
		await this.#operations.runLocked(record);
	}

	/**
	 * Copies the database, as it is in one moment and checked, to a file named after it, its version and the time:
	 * `app.db.v7.20261127T041241123Z.backup`. Takes the lock.
	 *
	 * @throws MigrateError `ERR_UNSUPPORTED`; `ERR_DATABASE`, also when there is no database yet, and then none is made.
	 */
	async backup(options: BackupOptions = {}): Promise<Backup> {
		assertBackupOptions(options);
		return this.#operations.runLockedOnDatabase(() => makeBackup(this.#driver, options));
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
		assertKnownNames("restore()", options, ["swap"]);
		assertOneOf("swap", options.swap, [true, false]);
		return this.#operations.runLocked(() => restoreBackup(this.#driver, file, options));
	}

	/** Deletes everything in the database, dirty or not. One that is not there is not made; a `notice` says so. Go: Drop. */
	drop(): Promise<void>;
	async drop(...given: readonly unknown[]): Promise<void> {
		assertNoArguments("drop", given);
		await this.#operations.run(() => dropDatabase(this.#driver, this.#options));
	}

	/**
	 * Writes down what a person says is so, see `Cure`. Nothing runs.
	 *
	 * @throws MigrateError `ERR_REPAIR` when it does not fit what is known; `ERR_DIRTY`; `ERR_DATABASE` when there is no database yet,
	 *   and then none is made; `ERR_UNSUPPORTED` for a driver that keeps no history. @throws TypeError for what is not one whole cure.
	 */
	async repair(cure: Cure): Promise<void> {
		const { checkedCure } = await import("./repair/checked-cure.ts");
		const checked = checkedCure(cure);
		await this.#operations.runLockedOnDatabase(async () => {
			const { repair } = await import("./repair/repair.ts");
			return repair(this.#source, this.#driver, checked);
		});
	}

	/** Ends an operation that is under way, as a failure of its migration, and closes source and database. Also ends the waiting for `around`. Go: Close. */
	close(): Promise<void>;
	async close(...given: readonly unknown[]): Promise<void> {
		assertNoArguments("close", given);
		await this.#operations.close();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	async #reach(wanted: Goal, options: MigrateOptions = this.#options): Promise<MigrationReport> {
		return this.#operations.run(async () => {
			if (wanted.kind !== "down" && !(wanted.kind === "up" && wanted.limit === 0)) await assertMigrations(this.#source);
			const preparation = preparedWay(this.#source, this.#driver, wanted, options);
			return carryOut({ ...this.#operations, options, preparation });
		});
	}
}
