import type { Driver, DriverHistory, LockOptions } from "../driver.ts";
import type { DriverPrimitives } from "../driver-primitives.ts";
import type { VersionChange } from "../version-state.ts";
import type { WaitOptions } from "../waiting/patience.ts";
import { assertChange } from "./assert-change.ts";
import type { DriverCalls } from "./driver-calls.ts";

/** How the frame of a driver runs what is particular to its database. */
export interface DriverFrame {
	readonly calls: DriverCalls;
	/** Does first what an earlier `unlock` has left to do. */
	settled<T>(work: () => Promise<T>): () => Promise<T>;
	/** Runs a read that may have to wait for whoever migrates the database. */
	reading<T>(options: LockOptions, read: (options: WaitOptions) => Promise<T>): Promise<T>;
	/** @throws TypeError For a change that is none. */
	changing<T>(change: VersionChange, work: () => Promise<T>): Promise<T>;
	/** @throws MigrateError `ERR_NOT_LOCKED`. */
	underLock<T>(work: () => Promise<T>): Promise<T>;
}

/** What a driver can do beyond what every driver can: the methods whose primitives there are. */
export function optionalMethods(database: DriverPrimitives, frame: DriverFrame): Partial<Driver> {
	return { ...changes(database, frame), ...reports(database, frame), ...others(database, frame) };
}

function changes(database: DriverPrimitives, { calls, settled, changing }: DriverFrame): Partial<Driver> {
	const { apply, transaction, lastToken } = database;
	return {
		...(apply && {
			apply: (body, change, rounds) => changing(change, () => apply(calls.bodies.wrap(body), change, rounds)),
		}),
		...(transaction && {
			async transaction(change, work) {
				assertChange(change);
				return calls.runTransaction((during) => settled(() => transaction(change, (run) => during(run, work)))());
			},
		}),
		...(lastToken && { lastToken: () => calls.run(lastToken) }),
	};
}

function reports(database: DriverPrimitives, { calls, settled, reading }: DriverFrame): Partial<Driver> {
	const { structure, schema, ready, diagnose, analyse, history } = database;
	return {
		...(structure && { structure: (options = {}) => reading(options, structure) }),
		...(schema && { schema: (options = {}) => reading(options, schema) }),
		...(ready && { ready: (options) => reading(options, ready) }),
		...(diagnose && { diagnose: (options = {}) => reading(options, diagnose) }),
		...(analyse && {
			analyse: (files, { rows = false, whole = [], ...options } = {}) =>
				reading(options, (waiting) => {
					const bodies = files.map((body) => ({ body: calls.bodies.wrap(body), isWhole: whole.includes(body) }));
					const ofWhole = bodies.flatMap(({ body, isWhole }) => (isWhole ? [body] : []));
					return analyse(
						bodies.map(({ body }) => body),
						{ ...waiting, rows, whole: ofWhole },
					);
				}),
		}),
		...(history && {
			history: {
				...dialectOf(history),
				read: (options = {}) => reading(options, history.read),
				texts: (id) => calls.run(settled(() => history.texts(id))),
			},
		}),
	};
}

type HistoryDialect = Pick<DriverHistory, "keepsText" | "meaning" | "reachesBeyond">;

/** What a history knows of texts, without the database. */
function dialectOf({ keepsText, meaning, reachesBeyond }: HistoryDialect): HistoryDialect {
	return { keepsText, ...(meaning && { meaning }), ...(reachesBeyond && { reachesBeyond }) };
}

function others(database: DriverPrimitives, { calls, settled, reading, underLock }: DriverFrame): Partial<Driver> {
	const { scratch, correct, missingFile, backup, restore, rehearsal } = database;
	return {
		...(scratch && { scratch: () => calls.run(scratch) }),
		...(correct && { correct: (text) => calls.run(settled(() => correct(text))) }),
		...(missingFile && { missingFile: () => calls.run(missingFile) }),
		...(backup && { backup: (options = {}) => calls.run(settled(() => underLock(() => backup(options)))) }),
		...(restore && {
			restore: (file, steps) => calls.run(settled(() => underLock(() => restore(file, steps)))),
		}),
		...(rehearsal && {
			rehearsal: ({ directory, ...waiting } = {}) =>
				reading(waiting, (options) => rehearsal({ ...options, directory })),
		}),
	};
}
