import { cleanUpAfter } from "../clean-up-after.ts";
import { type CallQueue, callQueue } from "../driver/call-queue.ts";
import type { Driver, VersionState } from "../driver/driver.ts";
import { versionDigest } from "../history/digest.ts";
import type { HistoryEvent } from "../history/history-event.ts";
import { signed } from "../history/recorder.ts";
import type { Migration, MigrationReport } from "../migration.ts";
import { openDriver, openSource } from "../registry.ts";
import { assertMigrations } from "../source/assert-migrations.ts";
import type { Source } from "../source/source.ts";
import { toVersion, type Version } from "../version.ts";
import { type CarryOut, carryOut } from "./carry-out.ts";
import { assertOptions, type MigrateOptions } from "./migrate-options.ts";
import { underLock, waitingOf } from "./migration-lock.ts";
import type { Goal } from "./plan.ts";
import { preparedMigrations, preparedWay } from "./prepare.ts";

/**
 * A source and a database, and what to do with them. Operations that overlap run one after the other. Go: migrate.Migrate.
 */
export class Migrate implements AsyncDisposable {
	readonly #source: Source;
	readonly #driver: Driver;
	readonly #options: MigrateOptions;
	readonly #operations: CallQueue = callQueue();

	/** Takes what is open already; `close` closes both. Go: NewWithInstance. */
	constructor({ source, driver, ...options }: MigrateOptions & { readonly source: Source; readonly driver: Driver }) {
		assertOptions(options);
		this.#source = source;
		this.#driver = driver;
		this.#options = options;
	}

	/**
	 * Opens a source and a database by URL; either may be open already. Go: New.
	 *
	 * @throws MigrateError What `openSource` and `openDriver` throw; then nothing is left open.
	 */
	static async open(
		source: string | Source,
		database: string | Driver,
		options: MigrateOptions = {},
	): Promise<Migrate> {
		assertOptions(options);
		const openedSource = typeof source === "string" ? await openSource(source) : source;
		try {
			const driver = typeof database === "string" ? await openDriver(database) : database;
			return new Migrate({ source: openedSource, driver, ...options });
		} catch (error) {
			if (typeof source !== "string") throw error;
			throw await cleanUpAfter(error, () => openedSource.close());
		}
	}

	/** Applies every migration above the current version. Go: Up. */
	async up(): Promise<MigrationReport> {
		return this.#reach({ kind: "up" });
	}

	/** Reverts every applied migration. Go: Down. */
	async down(): Promise<MigrationReport> {
		return this.#reach({ kind: "down" });
	}

	/** Applies `count` migrations, or reverts `-count` when it is negative. Go: Steps. */
	async steps(count: number): Promise<MigrationReport> {
		if (!Number.isSafeInteger(count)) throw new TypeError(`the number of steps must be a whole number, not ${count}`);
		return this.#reach({ kind: count < 0 ? "down" : "up", limit: Math.abs(count) });
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
		await this.#exclusively(() => this.#driver.setVersion({ version: forced, dirty: false, events }));
	}

	/** Deletes everything in the database, dirty or not. Go: Drop. */
	async drop(): Promise<void> {
		await this.#exclusively(() => this.#driver.drop());
	}

	/** Reads version and dirty flag; `NIL_VERSION` before the first migration. Takes no lock. Go: Version. */
	async version(): Promise<VersionState> {
		return this.#operations.run(() => this.#driver.version(waitingOf(this.#options)));
	}

	/** Ends an operation that is under way, as a failure of its migration, and closes source and database. Go: Close. */
	async close(): Promise<void> {
		// The driver first, which ends what is waited for.
		const closing = this.#driver.close().then(
			() => undefined,
			(error: unknown) => ({ error }),
		);
		await this.#operations.run(async () => {
			try {
				await this.#source.close();
			} catch (error) {
				throw await cleanUpAfter(error, () => this.#closed(closing));
			}
			await this.#closed(closing);
		});
	}

	async #closed(closing: Promise<{ readonly error: unknown } | undefined>): Promise<void> {
		const failure = await closing;
		if (failure !== undefined) throw failure.error;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	async #reach(wanted: Goal): Promise<MigrationReport> {
		return this.#operations.run(async () => {
			if (wanted.kind !== "down" && !(wanted.kind === "up" && wanted.limit === 0)) await assertMigrations(this.#source);
			const preparation = preparedWay(this.#source, this.#driver, wanted, this.#options);
			return carryOut({ ...this.#parts(), preparation });
		});
	}

	#parts(): Omit<CarryOut, "preparation"> {
		return { driver: this.#driver, source: this.#source, options: this.#options };
	}

	async #exclusively(work: () => Promise<void>): Promise<void> {
		await this.#operations.run(() => underLock(this.#driver, this.#options, work));
	}
}

/** A source that cannot be read must not be in the way of a repair. */
async function forceEvents(source: Source, version: Version): Promise<() => readonly HistoryEvent[]> {
	const versions = await source.versions().catch(() => []);
	const settled = versions.filter((known) => known <= version);
	const digest = versions.length === 0 ? undefined : versionDigest(settled).toString();
	return () => [{ op: "force", version, target: version, ...signed(), digest }];
}
