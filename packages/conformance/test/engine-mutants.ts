import {
	type Driver,
	isMigrateError,
	MigrateError,
	type MigrationBody,
	migrationBody,
	NIL_VERSION,
	type Source,
	textBody,
} from "@godwit/core";
import type { Engine, EngineOptions } from "../src/engine-laws/model/engine.ts";
import { openMigrate } from "../src/engine-laws/model/engine.ts";

/** An engine with one fault, and the law that must notice. */
export interface EngineMutant {
	readonly caughtBy: string;
	readonly break?: (engine: Engine, options: EngineOptions) => Partial<Engine>;
	/** What the engine is given instead. */
	readonly options?: (options: EngineOptions) => EngineOptions;
}

export const engineMutants: Readonly<Record<string, EngineMutant>> = {
	"down reverts one migration": {
		caughtBy: "engine/up-then-down-is-identity",
		break: (e) => ({ down: () => e.steps(-1) }),
	},
	"steps makes three at most": {
		caughtBy: "engine/steps-add-up",
		break: (e) => ({ steps: (count) => e.steps(Math.max(-3, Math.min(count, 3))) }),
	},
	"drop keeps the version": {
		caughtBy: "engine/drop-starts-over",
		break: (e) => ({
			async drop() {
				const { version } = await e.version();
				await e.drop();
				await e.force(version);
			},
		}),
	},
	"the signal is ignored": {
		caughtBy: "engine/signal-stops-between-migrations",
		options: ({ signal: _, ...options }) => options,
	},
	"a failure is skipped": {
		caughtBy: "engine/failure-stops-there",
		break: (e) => ({
			async up() {
				try {
					return await e.up();
				} catch (error) {
					if (!isMigrateError(error, "ERR_MIGRATION_FAILED")) throw error;
					await e.force(error.details.version);
					await e.up();
					throw error;
				}
			},
		}),
	},
	"an empty source leaves nothing to do": {
		caughtBy: "engine/empty-source-is-no-success",
		break: (e) => ({
			up: () =>
				e.up().catch((error: unknown) => {
					if (!isMigrateError(error, "ERR_NO_MIGRATIONS")) throw error;
					return e.down();
				}),
		}),
	},
	"the second of two tells what the first did": {
		caughtBy: "engine/two-at-once-apply-each-once",
		break: (e) => ({
			async up() {
				const { version } = await e.version();
				return { ...(await e.up()), from: version };
			},
		}),
	},
	"up cleans a dirty database": {
		caughtBy: "engine/dirty-until-forced",
		break: (e) => ({
			async up() {
				const { version, dirty } = await e.version();
				if (dirty) await e.force(version);
				return e.up();
			},
		}),
	},
	"a body that cannot be read is empty, as in golang-migrate": {
		caughtBy: "engine/unreadable-body-is-a-failure",
		options: (options) => ({ ...options, source: withoutReadFailures(options.source) }),
	},
	"a body that was another one when it ran is applied": {
		caughtBy: "engine/what-was-read-is-what-runs",
		break: (e) => ({
			up: () =>
				e.up().catch(async (error: unknown) => {
					if (!isMigrateError(error, "ERR_MIGRATION_FAILED")) throw error;
					await e.force(error.details.version);
					throw error;
				}),
		}),
	},
	"chunks are kept as they are while others are read": {
		caughtBy: "engine/buffers-may-be-used-again",
		options: (options) => ({ ...options, source: withChunksKept(options.source) }),
	},
	"a missing down is skipped, as in golang-migrate": {
		caughtBy: "engine/irreversible-changes-nothing",
		options: (options) => ({ ...options, missingDown: "skip" }),
	},
	"a missing down cannot be skipped": {
		caughtBy: "engine/missing-down-can-be-skipped",
		options: (options) => ({ ...options, missingDown: "error" }),
	},
	"every migration commits by itself": {
		caughtBy: "engine/all-or-nothing",
		options: (options) => ({ ...options, transaction: "each" }),
	},
	"a transaction of all writes the version once more": {
		caughtBy: "engine/one-transaction-one-version",
		options: ({ driver, ...options }) => ({ ...options, driver: withVersionWrittenAgain(driver) }),
	},
	"each migration is a transaction of its own": {
		caughtBy: "engine/one-transaction-one-version",
		break: (e) => ({
			async up() {
				const { from } = await e.steps(1);
				return { ...(await e.up()), from };
			},
		}),
	},
	"a migration ends before the commit": {
		caughtBy: "engine/one-transaction-one-version",
		options: ({ onEvent, ...options }) => ({
			...options,
			onEvent(event) {
				if (event.type === "end") return;
				onEvent?.(event);
				if (event.type !== "start") return;
				const { target, version, direction } = event.migration;
				const migration = { version, direction, target, identifier: "", durationMs: 0 };
				onEvent?.({ ...event, type: "end", migration });
			},
		}),
	},
	"up locks before it looks": {
		caughtBy: "engine/up-to-date-takes-no-lock",
		break: (e, { driver, lockTimeoutMs }) => ({
			async up() {
				await driver.lock({ timeoutMs: lockTimeoutMs });
				await driver.unlock();
				return e.up();
			},
		}),
	},
	"a failure keeps the lock": {
		caughtBy: "engine/gives-the-lock-back",
		break: (e, { driver }) => ({
			up: () =>
				e.up().catch(async (error: unknown) => {
					await driver.lock();
					throw error;
				}),
		}),
	},
	"nobody takes the lock": {
		caughtBy: "engine/two-at-once-apply-each-once",
		options: (options) => ({
			...options,
			driver: { ...options.driver, async lock() {}, async unlock() {} },
		}),
	},
	"a version that cannot be read is none, as in golang-migrate": {
		caughtBy: "engine/unreadable-version-runs-nothing",
		options: ({ driver, ...options }) => ({
			...options,
			driver: { ...driver, version: () => driver.version().catch(() => ({ version: NIL_VERSION, dirty: false })) },
		}),
	},
	"a body that commits a part was rolled back": {
		caughtBy: "engine/not-dirty-means-nothing-is-left",
		options: ({ driver, ...options }) => ({
			...options,
			driver: {
				...driver,
				async apply(body, change) {
					for (const part of (await body.text()).split("commit;")) await driver.run(textBody(part));
					await driver.setVersion(change);
					return "applied";
				},
			},
		}),
	},
	"a body that failed is applied": {
		caughtBy: "engine/not-dirty-means-nothing-is-left",
		break: (e) => ({
			up: () =>
				e.up().catch(async (error: unknown) => {
					if (!isMigrateError(error, "ERR_MIGRATION_FAILED")) throw error;
					return { ...error.details.report, to: error.details.version };
				}),
		}),
	},
	"what onEvent throws is swallowed": {
		caughtBy: "engine/on-event-may-throw",
		options: ({ onEvent, ...options }) => ({
			...options,
			onEvent(event) {
				try {
					onEvent?.(event);
				} catch {
					// The migrations go on.
				}
			},
		}),
	},
	"what onEvent throws at the end is swallowed": {
		caughtBy: "engine/on-event-may-throw",
		options: ({ onEvent, ...options }) => ({
			...options,
			onEvent(event) {
				try {
					onEvent?.(event);
				} catch (error) {
					if (event.type !== "unlocked") throw error;
				}
			},
		}),
	},
	"what onEvent throws is a failure of the migration": {
		caughtBy: "engine/on-event-may-throw",
		break: afterThrow(async (error) => {
			throw new MigrateError("ERR_CLOSED", "the migration failed", undefined, { cause: error });
		}),
	},
	"what onEvent throws keeps the lock": {
		caughtBy: "engine/on-event-may-throw",
		break: afterThrow((_, { driver }) => driver.lock()),
	},
	"what onEvent throws leaves the database dirty": {
		caughtBy: "engine/on-event-may-throw",
		break: afterThrow(async (_, { driver }) => {
			const { version } = await driver.version();
			await driver.setVersion({ version, dirty: true });
		}),
	},
	"what onEvent throws after the commit takes it back": {
		caughtBy: "engine/on-event-may-throw",
		break: afterThrow(async (_, __, e) => {
			const { version } = await e.version();
			if (version !== NIL_VERSION) await e.down();
		}),
	},
	"what onEvent throws after the commit takes the version back and not the migrations": {
		caughtBy: "engine/on-event-may-throw",
		break: afterThrow((_, { driver }) => driver.setVersion({ version: NIL_VERSION, dirty: false })),
	},
	"what onEvent throws between two migrations of a transaction commits the first": {
		caughtBy: "engine/on-event-may-throw",
		options: ({ driver, ...options }) => ({ ...options, driver: withTransactionCut(driver) }),
	},
	"what onEvent throws ends the next operation too": {
		caughtBy: "engine/on-event-may-throw",
		break(e, options) {
			let thrown: unknown;
			return {
				async up() {
					if (thrown !== undefined) throw thrown;
					return (
						afterThrow(async (error) => {
							thrown = error;
						})(e, options).up?.() ?? e.up()
					);
				},
			};
		},
	},
	"what onEvent throws is told when all has run": {
		caughtBy: "engine/on-event-may-throw",
		break: afterThrow(async (_, __, e) => void (await e.up())),
	},
	"what onEvent calls is refused": { caughtBy: "engine/calls-of-on-event-come-next", break: refusingDuringUp },
	"what onEvent calls is answered at once": {
		caughtBy: "engine/calls-of-on-event-come-next",
		break: (_, { driver }) => ({ version: () => driver.version() }),
	},
	"what onEvent calls is waited for": {
		caughtBy: "engine/calls-of-on-event-come-next",
		break(e, { driver }) {
			const { unlock } = driver;
			const calls: Promise<unknown>[] = [];
			Object.assign(driver, {
				async unlock() {
					await Promise.all(calls);
					return unlock();
				},
			});
			return {
				version() {
					const version = e.version();
					calls.push(version);
					return version;
				},
			};
		},
	},
	"close waits for all migrations": { caughtBy: "engine/on-event-may-close", break: closingAfterUp },
	"close waits for around": { caughtBy: "engine/around-may-close", break: closingAfterUp },
	"what around calls is answered": {
		caughtBy: "engine/calls-of-around-are-refused",
		break: (_, { driver }) => ({ version: () => driver.version() }),
	},
	"what around calls is waited for": {
		caughtBy: "engine/calls-of-around-are-refused",
		break(e) {
			let running: Promise<unknown> = Promise.resolve();
			return {
				up() {
					const up = e.up();
					running = up.catch(() => {});
					return up;
				},
				async version() {
					await running;
					return e.version();
				},
			};
		},
	},
	"what is called beside a surrounded migration is refused": {
		caughtBy: "engine/calls-beside-a-surrounded-migration-come-next",
		break: refusingDuringUp,
	},
	"a failed unlock is a failure of what was done": {
		caughtBy: "engine/failed-unlock-keeps-the-report",
		options: ({ onEvent, ...options }) => ({
			...options,
			onEvent(event) {
				if (event.type === "unlock-failed") throw event.error;
				onEvent?.(event);
			},
		}),
	},
	"a failed unlock is not told": {
		caughtBy: "engine/failed-unlock-keeps-the-report",
		options: ({ onEvent, ...options }) => ({
			...options,
			onEvent(event) {
				if (event.type !== "unlock-failed") onEvent?.(event);
			},
		}),
	},
	"what onEvent throws at a failed unlock is swallowed": {
		caughtBy: "engine/on-event-may-throw-at-a-failed-unlock",
		options: ({ onEvent, ...options }) => ({
			...options,
			onEvent(event) {
				try {
					onEvent?.(event);
				} catch (error) {
					if (event.type !== "unlock-failed") throw error;
				}
			},
		}),
	},
	"run runs the first migration": {
		caughtBy: "engine/model-with-apply",
		break: (e) => ({ run: (...migrations) => e.run(...migrations.slice(0, 1)) }),
	},
	"version hides that -1 is dirty, as in golang-migrate": {
		caughtBy: "engine/model-with-dirty-flag",
		break: (e) => ({
			async version() {
				const { version, dirty } = await e.version();
				return { version, dirty: dirty && version >= 0n };
			},
		}),
	},
};

export function brokenEngine(mutant: EngineMutant, given: EngineOptions): Engine {
	const options = mutant.options?.(given) ?? given;
	const engine = openMigrate(options);
	return {
		up: () => engine.up(),
		down: (how) => engine.down(how),
		storedDown: (count) => engine.storedDown(count),
		steps: (count) => engine.steps(count),
		migrate: (version) => engine.migrate(version),
		run: (...migrations) => engine.run(...migrations),
		force: (version) => engine.force(version),
		drop: () => engine.drop(),
		redo: (count) => engine.redo(count),
		version: () => engine.version(),
		status: () => engine.status(),
		pending: () => engine.pending(),
		plan: (goal) => engine.plan(goal),
		repair: (cure) => engine.repair(cure),
		baseline: (version, how) => engine.baseline(version, how),
		[Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
		...mutant.break?.(engine, options),
	};
}

/** Does more before an `up` rejects with what `onEvent` has thrown. */
function afterThrow(
	work: (error: unknown, options: EngineOptions, engine: Engine) => Promise<void>,
): NonNullable<EngineMutant["break"]> {
	return (engine, options) => ({
		up: () =>
			engine.up().catch(async (error: unknown) => {
				if (!isMigrateError(error)) await work(error, options, engine);
				throw error;
			}),
	});
}

/** Commits what ran in a transaction before something else than a migration ended it. */
function withTransactionCut(driver: Driver): Driver {
	const { transaction } = driver;
	if (transaction === undefined) return driver;
	return {
		...driver,
		async transaction(change, work) {
			const ran: MigrationBody[] = [];
			try {
				return await transaction(change, ({ run, ...rest }) =>
					work({
						...rest,
						run(body) {
							ran.push(body);
							return run(body);
						},
					}),
				);
			} catch (error) {
				for (const body of ran) await driver.run(body);
				throw error;
			}
		},
	};
}

function withVersionWrittenAgain(driver: Driver): Driver {
	const { transaction } = driver;
	if (transaction === undefined) return driver;
	return {
		...driver,
		async transaction(change, work) {
			const result = await transaction(change, work);
			await driver.setVersion({ version: change.version, dirty: change.dirty });
			return result;
		},
	};
}

function withChunksKept(source: Source): Source {
	return withUpBodies(source, async function* (body) {
		const chunks: Uint8Array[] = [];
		for await (const chunk of body) chunks.push(chunk);
		yield* chunks;
	});
}

function withoutReadFailures(source: Source): Source {
	return withUpBodies(source, async function* (body) {
		try {
			yield* body;
		} catch {
			// The file ends here.
		}
	});
}

function withUpBodies(source: Source, read: (body: MigrationBody) => AsyncIterable<Uint8Array>): Source {
	return {
		...source,
		async readUp(version) {
			const file = await source.readUp(version);
			return file && { ...file, body: migrationBody(() => read(file.body)) };
		},
	};
}

function refusingDuringUp(engine: Engine): Partial<Engine> {
	let running = false;
	return {
		async up() {
			running = true;
			try {
				return await engine.up();
			} finally {
				running = false;
			}
		},
		async version() {
			if (!running) return engine.version();
			throw new MigrateError("ERR_IN_OPERATION", "an operation is under way", undefined);
		},
	};
}

function closingAfterUp(engine: Engine): Partial<Engine> {
	let running: Promise<unknown> = Promise.resolve();
	return {
		up() {
			const up = engine.up();
			running = up;
			return up;
		},
		async [Symbol.asyncDispose]() {
			await running.catch(() => {});
			await engine[Symbol.asyncDispose]();
		},
	};
}
