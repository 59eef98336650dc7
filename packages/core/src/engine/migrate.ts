import { cleanUpAfter } from "../clean-up-after.ts";
import { type CallQueue, callQueue } from "../driver/call-queue.ts";
import type { Driver, LockOptions, VersionState } from "../driver/driver.ts";
import { isMigrateError, MigrateError } from "../migrate-error.ts";
import type { Migration, MigrationReport } from "../migration.ts";
import { openDriver, openSource } from "../registry.ts";
import { assertMigrations } from "../source/assert-migrations.ts";
import type { Source } from "../source/source.ts";
import { createTrace } from "../trace.ts";
import { NIL_VERSION, toVersion, type Version } from "../version.ts";
import { assertOptions, type MigrateOptions } from "./migrate-options.ts";
import { migrationFailed } from "./migration-failure.ts";
import { type OpenedPlan, openPlan, remaining } from "./open-plan.ts";
import type { Goal } from "./plan.ts";
import { runMigrations } from "./run-migrations.ts";

const trace = createTrace("godwit:migrate");

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
			this.#planAndRun(async (_current, done) => ({ migrations: migrations.slice(done), short: 0 })),
		);
	}

	/**
	 * Records a version, not dirty, and runs nothing; the way out of a dirty database after a repair by hand. Go: Force.
	 *
	 * The source need not have the version.
	 */
	async force(version: bigint | number): Promise<void> {
		const forced = toVersion(version);
		await this.#exclusively(() => this.#driver.setVersion({ version: forced, dirty: false }));
	}

	/** Deletes everything in the database, dirty or not. Go: Drop. */
	async drop(): Promise<void> {
		await this.#exclusively(() => this.#driver.drop());
	}

	/** Reads version and dirty flag; `NIL_VERSION` before the first migration. Takes no lock. Go: Version. */
	async version(): Promise<VersionState> {
		return this.#operations.run(() => this.#driver.version(this.#waiting()));
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
		const { missingDown } = this.#options;
		const planFrom: PlanFrom = (current, done) => openPlan(this.#source, current, remaining(wanted, done), missingDown);
		return this.#operations.run(async () => {
			if (wanted.kind !== "down" && !(wanted.kind === "up" && wanted.limit === 0)) await assertMigrations(this.#source);
			return this.#planAndRun(planFrom);
		});
	}

	async #exclusively(work: () => Promise<void>): Promise<void> {
		await this.#operations.run(() => this.#locked(work));
	}

	/**
	 * Plans without the lock, since nothing to do must cost a read alone, and again under it when another process has
	 * moved the version meanwhile.
	 */
	async #planAndRun(planFrom: PlanFrom): Promise<MigrationReport> {
		const before = await this.#driver.version(this.#waiting());
		let planned: OpenedPlan | undefined;
		// A dirty flag seen without the lock may be a migration that is running right now.
		if (!before.dirty) {
			planned = await planFrom(before.version, 0);
			const { migrations, short } = planned;
			const stopped = this.#options.signal?.aborted ?? false;
			if (migrations.length === 0 || stopped) {
				trace("nothing to run at version %s", before.version);
				return report(before.version, short, stopped && migrations.length > 0);
			}
		}
		const seen = planned && { planned, at: before.version };
		return this.#locked(
			(lockAgain) => this.#runUnderLock(planFrom, seen, lockAgain),
			() => report(before.version, 0, true),
		);
	}

	/** @param seen What was planned before the lock was taken. */
	async #runUnderLock(
		planFrom: PlanFrom,
		seen: { readonly planned: OpenedPlan; readonly at: Version } | undefined,
		lockAgain: () => Promise<void>,
	): Promise<MigrationReport> {
		let progress: MigrationReport | undefined;
		let waitedFor: string | undefined;
		for (;;) {
			const { version, dirty } = await this.#driver.version();
			if (dirty) throw dirtyDatabase(version);
			const done = progress?.applied.length ?? 0;
			const { migrations, short } = version === seen?.at ? seen.planned : await planFrom(version, done);
			trace("%d migrations from version %s", migrations.length, version);
			const start: MigrationReport = { ...(progress ?? report(version, short, false)), to: version, short };
			const { report: made, startOver } = await runMigrations(this.#driver, migrations, start, this.#options);
			if (startOver === undefined) return made;
			const { migration, failure } = startOver;
			const reason = String(failure.cause);
			try {
				// It would be waited for under the lock that it is waited for without.
				if (reason === waitedFor) throw failure.cause;
				waitedFor = reason;
				await lockAgain();
			} catch (cause) {
				const { signal } = this.#options;
				if (signal?.aborted && cause === signal.reason) return { ...made, stopped: true };
				throw await migrationFailed(this.#driver, migration, { ...failure, cause }, made);
			}
			progress = made;
			const left = migrations.slice(migrations.indexOf(migration));
			seen = { planned: { migrations: this.#options.transaction === "all" ? migrations : left, short }, at: made.to };
		}
	}

	/**
	 * Runs `work` under the lock.
	 *
	 * @param work Is given what gives the lock back and takes it again, when others need it in between.
	 * @param stopped What it resolves to when the signal ends the waiting; without it the signal's reason is thrown.
	 */
	async #locked<T>(work: (lockAgain: () => Promise<void>) => Promise<T>, stopped?: () => T): Promise<T> {
		const { signal, onEvent } = this.#options;
		let held = false;
		const take = async (): Promise<void> => {
			const start = performance.now();
			await this.#driver.lock(this.#waiting());
			held = true;
			onEvent?.({ type: "locked", waitedMs: performance.now() - start });
		};
		const takeAgain = async (): Promise<void> => {
			// When that fails, the driver itself tries it again.
			held = false;
			await this.#driver.unlock();
			await take();
		};
		let result: T;
		try {
			await take();
			result = await work(takeAgain);
		} catch (error) {
			if (held) throw await cleanUpAfter(error, () => this.#giveBack());
			if (stopped !== undefined && signal?.aborted && error === signal.reason) return stopped();
			throw error;
		}
		if (held) await this.#unlock();
		return result;
	}

	/** What was done stays done, and is reported, when the lock cannot be given back; when it was lost, somebody else may have been at work. */
	async #unlock(): Promise<void> {
		const { onEvent } = this.#options;
		try {
			await this.#giveBack();
		} catch (error) {
			if (isMigrateError(error, "ERR_LOCK_LOST")) throw error;
			trace("the lock could not be given back: %s", error);
			onEvent?.({ type: "unlock-failed", error });
			return;
		}
		onEvent?.({ type: "unlocked" });
	}

	async #giveBack(): Promise<void> {
		try {
			await this.#driver.unlock();
		} catch (error) {
			// `close` gives it back, and tells whoever called it when it cannot.
			if (!isMigrateError(error, "ERR_CLOSED")) throw error;
		}
	}

	#waiting(): LockOptions {
		const { lockTimeoutMs, signal, onEvent } = this.#options;
		const onNotice = onEvent && ((message: string): void => onEvent({ type: "notice", message }));
		return { timeoutMs: lockTimeoutMs, signal, onNotice };
	}
}

/** @param done How many steps were made since the operation began. */
type PlanFrom = (current: Version, done: number) => Promise<OpenedPlan>;

function report(at: Version, short: number, stopped: boolean): MigrationReport {
	return { from: at, to: at, applied: [], short, stopped };
}

function dirtyDatabase(version: Version): MigrateError<"ERR_DIRTY"> {
	const where =
		version === NIL_VERSION
			? "dirty before the first migration, which was being reverted"
			: `dirty at version ${version}`;
	return new MigrateError(
		"ERR_DIRTY",
		`the database is ${where}: a migration failed half-way; repair the schema by hand, then record the version that it is at with force`,
		{ version },
	);
}
