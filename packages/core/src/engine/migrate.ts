import createDebug from "debug";
import { cleanUpAfter } from "../clean-up-after.ts";
import type { Driver, LockOptions, VersionState } from "../driver/driver.ts";
import { isMigrateError, MigrateError } from "../migrate-error.ts";
import type { Migration, MigrationReport, MigrationStep } from "../migration.ts";
import { openDriver, openSource } from "../registry.ts";
import { assertMigrations } from "../source/assert-migrations.ts";
import type { Source } from "../source/source.ts";
import { NIL_VERSION, toVersion, type Version } from "../version.ts";
import type { MigrateEvent } from "./migrate-event.ts";
import { type Goal, type Plan, plan } from "./plan.ts";
import { runMigrations } from "./run-migrations.ts";

const debug = createDebug("godwit:migrate");

export interface MigrateOptions {
	/** How long to wait for the migration lock, in milliseconds; the driver's own default otherwise. Go: LockTimeout. */
	readonly lockTimeoutMs?: number;
	/** How many migrations are read ahead of the one that runs. Default 10. Go: PrefetchMigrations. */
	readonly prefetch?: number;
	/** Stops after the migration in flight, for the life of the instance. Go: GracefulStop. */
	readonly signal?: AbortSignal;
	/** Hears what happens; called synchronously, and what it throws ends the operation. */
	readonly onEvent?: (event: MigrateEvent) => void;
	/**
	 * What a way down does at a migration without a down file: `"error"` (default) refuses before anything runs,
	 * `"skip"` moves the version and leaves the schema, as Go does.
	 */
	readonly missingDown?: "error" | "skip";
	/**
	 * `"each"` (default) commits every migration by itself. `"all"` makes one transaction of the whole operation, all
	 * or nothing; the driver must have `transaction`, and no migration may need to run outside one.
	 */
	readonly transaction?: "each" | "all";
}

/** A source and a database, and what to do with them, one operation at a time. Go: migrate.Migrate. */
export class Migrate implements AsyncDisposable {
	readonly #source: Source;
	readonly #driver: Driver;
	readonly #options: MigrateOptions;

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
		return this.#execute(async () => ({ migrations, short: 0 }));
	}

	/**
	 * Records a version, not dirty, and runs nothing; the way out of a dirty database after a repair by hand. Go: Force.
	 *
	 * The source need not have the version.
	 */
	async force(version: bigint | number): Promise<void> {
		const forced = toVersion(version);
		await this.#locked(() => this.#driver.setVersion(forced, false));
	}

	/** Deletes everything in the database, dirty or not. Go: Drop. */
	async drop(): Promise<void> {
		await this.#locked(() => this.#driver.drop());
	}

	/** Reads version and dirty flag; `NIL_VERSION` before the first migration. Takes no lock. Go: Version. */
	async version(): Promise<VersionState> {
		return this.#driver.version(this.#waiting());
	}

	/** Closes source and database. Go: Close. */
	async close(): Promise<void> {
		try {
			await this.#source.close();
		} catch (error) {
			throw await cleanUpAfter(error, () => this.#driver.close());
		}
		await this.#driver.close();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	async #reach(goal: Goal): Promise<MigrationReport> {
		if (goal.kind !== "down" && !(goal.kind === "up" && goal.limit === 0)) await assertMigrations(this.#source);
		return this.#execute(async (current) => {
			const { steps, short }: Plan = plan(await versionsFor(this.#source, current, goal), current, goal);
			return { migrations: await Promise.all(steps.map((step) => this.#open(step))), short };
		});
	}

	async #open(step: MigrationStep): Promise<Migration> {
		const { version, direction } = step;
		const file = await (direction === "up" ? this.#source.readUp(version) : this.#source.readDown(version));
		if (file === undefined && direction === "down" && this.#options.missingDown !== "skip") {
			throw new MigrateError(
				"ERR_IRREVERSIBLE",
				`migration ${version} has no down file in ${this.#source.location}, so it cannot be reverted; nothing was changed`,
				{ version },
			);
		}
		return { ...step, file };
	}

	/**
	 * Plans without the lock, since nothing to do must cost a read alone, and again under it when another process has
	 * moved the version meanwhile.
	 */
	async #execute(planFrom: (current: Version) => Promise<OpenedPlan>): Promise<MigrationReport> {
		const before = await this.#driver.version(this.#waiting());
		let planned: OpenedPlan | undefined;
		// A dirty flag seen without the lock may be a migration that is running right now.
		if (!before.dirty) {
			planned = await planFrom(before.version);
			const { migrations, short } = planned;
			const stopped = this.#options.signal?.aborted ?? false;
			if (migrations.length === 0 || stopped) {
				debug("nothing to run at version %s", before.version);
				return report(before.version, short, stopped && migrations.length > 0);
			}
		}
		const work = async (): Promise<MigrationReport> => {
			const { version, dirty } = await this.#driver.version();
			if (dirty) throw dirtyDatabase(version);
			if (planned === undefined || version !== before.version) planned = await planFrom(version);
			const { migrations, short } = planned;
			debug("%d migrations from version %s", migrations.length, version);
			return runMigrations(this.#driver, migrations, report(version, short, false), this.#options);
		};
		return this.#locked(work, () => report(before.version, 0, true));
	}

	/** @param stopped What it resolves to when the signal ends the waiting; without it the signal's reason is thrown. */
	async #locked<T>(work: () => Promise<T>, stopped?: () => T): Promise<T> {
		const { signal, onEvent } = this.#options;
		const start = performance.now();
		try {
			await this.#driver.lock(this.#waiting());
		} catch (error) {
			if (stopped !== undefined && signal?.aborted && error === signal.reason) return stopped();
			throw error;
		}
		let result: T;
		try {
			onEvent?.({ type: "locked", waitedMs: performance.now() - start });
			result = await work();
		} catch (error) {
			throw await cleanUpAfter(error, () => this.#driver.unlock());
		}
		await this.#unlock();
		return result;
	}

	/** What was done stays done, and is reported, when the lock cannot be given back; when it was lost, somebody else may have been at work. */
	async #unlock(): Promise<void> {
		const { onEvent } = this.#options;
		try {
			await this.#driver.unlock();
		} catch (error) {
			if (isMigrateError(error, "ERR_LOCK_LOST")) throw error;
			debug("the lock could not be given back: %s", error);
			onEvent?.({ type: "unlock-failed", error });
			return;
		}
		onEvent?.({ type: "unlocked" });
	}

	#waiting(): LockOptions {
		const { lockTimeoutMs, signal, onEvent } = this.#options;
		const onNotice = onEvent && ((message: string): void => onEvent({ type: "notice", message }));
		return { timeoutMs: lockTimeoutMs, signal, onNotice };
	}
}

/** The migrations that a plan consists of, with their files. */
interface OpenedPlan {
	readonly migrations: readonly Migration[];
	readonly short: number;
}

function assertOptions({ prefetch = 0, lockTimeoutMs = 0, missingDown, transaction }: MigrateOptions): void {
	if (!Number.isSafeInteger(prefetch) || prefetch < 0) {
		throw new TypeError(`prefetch must be a whole number of at least 0, not ${prefetch}`);
	}
	if (!(lockTimeoutMs >= 0)) throw new TypeError(`lockTimeoutMs must be a number of at least 0, not ${lockTimeoutMs}`);
	assertOneOf("missingDown", missingDown, ["error", "skip"]);
	assertOneOf("transaction", transaction, ["each", "all"]);
}

/** Without types a misspelt word would mean the default. */
function assertOneOf(option: string, value: string | undefined, words: readonly string[]): void {
	if (value === undefined || words.includes(value)) return;
	throw new TypeError(
		`${option} must be ${words.map((word) => `"${word}"`).join(" or ")}, not ${JSON.stringify(value)}`,
	);
}

/** Lists what a plan needs: for a way up from a version that the source has, only what is not below it. */
async function versionsFor(source: Source, current: Version, goal: Goal): Promise<readonly Version[]> {
	const first = await source.first();
	const known = first === current || (await source.prev(current)) !== undefined;
	const versions: Version[] = [];
	for (let v = goal.kind === "up" && known ? current : first; v !== undefined; v = await source.next(v))
		versions.push(v);
	return versions;
}

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
