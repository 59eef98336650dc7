import { cleanUpAfter } from "../clean-up-after.ts";
import { assertDatabase } from "../driver/assert-database.ts";
import type { Driver } from "../driver/driver.ts";
import { callQueue } from "../driver/frame/call-queue.ts";
import type { Source } from "../source/source.ts";
import { withJson } from "../with-json.ts";
import type { MigrateOptions } from "./migrate-options.ts";
import { type CallerCalls, callerCalls } from "./run/calls/caller-calls.ts";
import { underLock, whenReady } from "./run/migration-lock.ts";

/** What the operations on one source and one database share. They run one after the other. */
export interface Operations {
	/** As `SourceCalls.wrapSource` returns it. */
	readonly source: Source;
	readonly driver: Driver;
	readonly options: MigrateOptions;
	readonly calls: CallerCalls;
	/** Runs one when those before it are over. @throws MigrateError `ERR_IN_OPERATION`. */
	run<T>(work: () => Promise<T>): Promise<T>;
	/** The same, under the migration lock, which makes a database that is not there. */
	runLocked<T>(work: () => Promise<T>): Promise<T>;
	/** The same, for what acts on what is there. @throws MigrateError `ERR_DATABASE` when there is no database; then none is made. */
	runLockedOnDatabase<T>(work: () => Promise<T>): Promise<T>;
	/** Closes both, when those before it are over; what is waited for ends at once, `around` too. */
	close(): Promise<void>;
}

export function operations(given: Source, driver: Driver, options: MigrateOptions): Operations {
	const queue = callQueue();
	const calls = callerCalls(options);
	const source = calls.source.wrapSource(given);

	async function run<T>(work: () => Promise<T>): Promise<T> {
		calls.source.assertNone();
		calls.around?.assertNone();
		return withJson(await queue.run(() => whenReady(driver, options, work), calls.around?.wait));
	}

	return {
		source,
		driver,
		options,
		calls,
		run,
		runLocked: (work) => run(() => underLock(driver, options, work)),
		runLockedOnDatabase: (work) =>
			run(async () => {
				await assertDatabase(driver);
				return underLock(driver, options, work);
			}),
		async close() {
			// The driver first, which ends what is waited for.
			const closing = driver.close();
			// Its failure is told when the operations before it are over.
			closing.catch(() => {});
			calls.around?.end();
			await queue.run(async () => {
				try {
					await source.close();
				} catch (error) {
					throw await cleanUpAfter(error, () => closing);
				}
				await closing;
			});
		},
	};
}
