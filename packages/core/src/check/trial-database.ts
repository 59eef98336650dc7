import { cleanUpAfter } from "../clean-up-after.ts";
import type { Driver } from "../driver/driver.ts";
import type { Schema } from "../driver/schema.ts";
import { unsupported } from "../driver/unsupported.ts";
import type { CorrectedText } from "../effects/correction.ts";
import type { FileEffects } from "../effects/effects.ts";
import type { Goal } from "../engine/plan.ts";
import { callerCalls } from "../engine/run/calls/caller-calls.ts";
import { carryOut } from "../engine/run/carry-out.ts";
import { preparedWay } from "../engine/run/preparation/prepare.ts";
import { mayRunInRounds } from "../engine/run/rounds/may-run-in-rounds.ts";
import { isMigrateError } from "../migrate-error.ts";
import type { Direction, MigrationFile } from "../migration.ts";
import type { Source } from "../source/source.ts";
import { NIL_VERSION, type Version } from "../version.ts";

/** A database that begins empty, and on which migrations are tried. */
export class TrialDatabase implements AsyncDisposable {
	readonly #source: Source;
	readonly #driver: Driver;
	#scratch: Driver;

	private constructor(source: Source, driver: Driver, scratch: Driver) {
		this.#source = source;
		this.#driver = driver;
		this.#scratch = scratch;
	}

	/** @throws MigrateError `ERR_UNSUPPORTED` for a driver that has no such databases. */
	static async open(source: Source, driver: Driver): Promise<TrialDatabase> {
		return new TrialDatabase(source, driver, await scratchOf(driver));
	}

	structure(): Promise<readonly string[]> {
		return this.#scratch.structure?.() ?? Promise.resolve([]);
	}

	/** What the database consists of. @throws MigrateError `ERR_UNSUPPORTED` for a driver that cannot tell. */
	async schema(): Promise<Schema> {
		const schema = await this.#scratch.schema?.();
		if (schema === undefined) throw unsupported(this.#driver, "schema");
		return schema;
	}

	/** What a file would do now; `undefined` where the driver cannot tell. */
	async effects({ body }: MigrationFile, direction: Direction): Promise<FileEffects | undefined> {
		const whole = mayRunInRounds(this.#scratch, { direction }) ? [] : [body];
		const analysis = await this.#scratch.analyse?.([body], { whole });
		return analysis?.files[0];
	}

	/** The text of a file as it should be; `undefined` where the driver cannot tell. */
	correct(text: string): Promise<CorrectedText | undefined> {
		return this.#scratch.correct?.(text) ?? Promise.resolve(undefined);
	}

	/** @returns Why it failed. @throws What is no failure of the migration. */
	async up(version: Version): Promise<unknown> {
		return this.#run({ kind: "version", version });
	}

	/** Reverts the last migration. As `up`. */
	async down(): Promise<unknown> {
		return this.#run({ kind: "down", limit: 1 });
	}

	/** Begins anew with an empty database, and goes up to a version that was reached before. */
	async restart(version: Version): Promise<void> {
		const scratch = await scratchOf(this.#driver);
		const old = this.#scratch;
		this.#scratch = scratch;
		await old.close();
		if (version === NIL_VERSION) return;
		const failure = await this.up(version);
		if (failure !== undefined) throw failure;
	}

	async #run(goal: Goal): Promise<unknown> {
		const source = this.#source;
		try {
			const preparation = preparedWay(source, this.#scratch, goal, {});
			await carryOut({ driver: this.#scratch, source, options: {}, preparation, calls: callerCalls({}) });
			return undefined;
		} catch (error) {
			if (!isMigrateError(error, "ERR_MIGRATION_FAILED")) throw error;
			return error.cause;
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#scratch.close();
	}
}

async function scratchOf(driver: Driver): Promise<Driver> {
	const scratch = await driver.scratch?.();
	if (scratch?.structure !== undefined) return scratch;
	const error = unsupported(driver, "scratch");
	throw scratch === undefined ? error : await cleanUpAfter(error, () => scratch.close());
}
