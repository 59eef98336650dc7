import type { MigrationBody } from "../body/migration-body.ts";
import { cleanUpAfter } from "../clean-up-after.ts";
import type { CorrectedText } from "../effects/correction.ts";
import type { AnalyseOptions, Analysis } from "../effects/effects.ts";
import { MigrateError } from "../migrate-error.ts";
import { toVersion } from "../version.ts";
import type { Backup, BackupOptions, RestoreSteps } from "./backup.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type {
	ApplyOutcome,
	Driver,
	DriverHistory,
	FoundVersion,
	LockOptions,
	RecordedHistory,
	Rounds,
	VersionChange,
} from "./driver.ts";
import { driverCalls } from "./driver-calls.ts";
import { heldLock, type LockPrimitives, type LockState } from "./held-lock.ts";
import { leftOf, type Patience, patienceOf } from "./patience.ts";
import type { Schema } from "./schema.ts";

type ReadOptions = LockOptions & Pick<Patience, "timeoutMs" | "signal">;

/**
 * What is particular to one database, as functions that use no `this`. One of them is called at a time, and none after
 * `close`.
 *
 * All else that `Driver` promises is written once, in `defineDriver`: the order of calls, waiting for the lock, and what it
 * means to be closed, locked and in a transaction.
 */
export interface DriverPrimitives extends LockPrimitives {
	/** As `Driver.version`. `timeoutMs` is what is left of it, `signal` is `close`'s too. */
	version(options: ReadOptions): Promise<FoundVersion>;
	/** As `Driver.setVersion`. */
	setVersion(change: VersionChange): Promise<void>;
	/** As `Driver.run`. */
	run(body: MigrationBody): Promise<void>;
	/** As `Driver.apply`. What it declines comes to `run` as the same object, so that it need not be read again. */
	apply?(body: MigrationBody, change: VersionChange, rounds?: Rounds): Promise<ApplyOutcome>;
	/** As `Driver.transaction`; `work` is given what runs a body in it, see `DriverTransaction.run`. */
	transaction?<T>(
		change: VersionChange,
		work: (run: (body: MigrationBody) => Promise<ApplyOutcome>) => Promise<T>,
	): Promise<T>;
	/** As `Driver.lastToken`. */
	lastToken?(): Promise<string | undefined>;
	/** As `Driver.history`; what `read` is given is as for `version`. */
	readonly history?: Omit<DriverHistory, "read"> & { read(options: ReadOptions): Promise<RecordedHistory> };
	/** As `Driver.structure`; what it is given is as for `version`. */
	structure?(options: ReadOptions): Promise<readonly string[]>;
	/** As `Driver.schema`; what it is given is as for `version`. */
	schema?(options: ReadOptions): Promise<Schema>;
	/** As `Driver.diagnose`; what it is given is as for `version`. */
	diagnose?(options: ReadOptions): Promise<readonly Diagnosis[]>;
	/** As `Driver.scratch`. */
	scratch?(): Promise<Driver>;
	/** As `Driver.ready`; what it is given is as for `version`. */
	ready?(options: ReadOptions): Promise<void>;
	/** As `Driver.analyse`; `timeoutMs` and `signal` are as for `version`. */
	analyse?(bodies: readonly MigrationBody[], options: AnalyseOptions & ReadOptions): Promise<Analysis>;
	/** As `Driver.correct`. */
	correct?(text: string): Promise<CorrectedText>;
	/** As `Driver.backup`, and only called under the lock. */
	backup?(options: BackupOptions): Promise<Backup>;
	/** As `Driver.restore`, and only called under the lock. */
	restore?(file: string, steps: RestoreSteps): Promise<void>;
	/** As `Driver.drop`. */
	drop(): Promise<void>;
	/** Releases the connection, after the lock was given back as far as that was possible. */
	close(): Promise<void>;
}

export interface DriverOptions {
	/** The database, for messages: `app.db`. Without secrets. */
	readonly name: string;
	/** How long `lock` and `version` wait when their caller does not say, in milliseconds. Default 15,000. */
	readonly lockTimeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * Makes a driver of what is particular to its database.
 *
 * Calls that overlap run one after the other. A `lock` that waits lets others through, and `close` ends it. Nothing waits
 * for itself: from the call of `transaction` until it is over, a call of the driver itself is `ERR_IN_TRANSACTION`, and
 * `close` rolls the transaction back, whether its `work` answers or not. A body must not wait for the driver that reads it;
 * `close` ends that too.
 *
 * @param define Is given the state of the lock.
 */
export function defineDriver<P extends DriverPrimitives>(
	{ name, lockTimeoutMs = DEFAULT_TIMEOUT_MS }: DriverOptions,
	define: (lock: LockState) => P,
): DriverOf<P> {
	const lock = heldLock({ name, primitives: () => database });
	const database: DriverPrimitives = define(lock);
	const calls = driverCalls(name);
	const { bodies, closing } = calls;
	let closed: Promise<void> | undefined;

	/** Does first what an earlier `unlock` has left to do. */
	function settled<T>(work: () => Promise<T>): () => Promise<T> {
		return async () => {
			if (lock.kept && !lock.held) await lock.settle();
			return work();
		};
	}

	async function underLock<T>(work: () => Promise<T>): Promise<T> {
		if (lock.held) return work();
		throw new MigrateError("ERR_NOT_LOCKED", `${name} is copied and replaced under the lock; take it first`, undefined);
	}

	async function changing<T>(change: VersionChange, work: () => Promise<T>): Promise<T> {
		assertChange(change);
		return calls.run(settled(work));
	}

	async function end(): Promise<void> {
		try {
			await lock.end();
		} catch (error) {
			throw await cleanUpAfter(error, () => database.close());
		}
		await database.close();
	}

	/** Runs a read that may have to wait for whoever migrates the database. */
	async function reading<T>(options: LockOptions, read: (options: ReadOptions) => Promise<T>): Promise<T> {
		const patience = patienceOf(options, lockTimeoutMs, closing);
		const { signal } = patience;
		const work = settled(() => read({ ...options, signal, timeoutMs: leftOf(patience) }));
		return calls.run(work, patience);
	}

	const driver: { -readonly [K in keyof Driver]: Driver[K] } = {
		async lock(options = {}) {
			calls.assertUsable();
			const patience = patienceOf(options, lockTimeoutMs, closing);
			await lock.take({ ...options, signal: patience.signal }, patience, (attempt) => calls.goOn(attempt, patience));
		},
		unlock: () => calls.run(lock.release),
		version: (options = {}) => reading(options, database.version),
		setVersion: (change) => changing(change, () => database.setVersion(change)),
		run: (body) => calls.run(settled(() => database.run(bodies.wrap(body)))),
		drop: () => calls.run(settled(() => database.drop())),
		async close() {
			// Its failure is for one caller to hear.
			if (closed !== undefined) return closed.catch(() => {});
			closed = calls.end(end);
			return closed;
		},
		[Symbol.asyncDispose]: () => driver.close(),
	};
	const { apply, transaction: begin, lastToken, structure, schema, scratch } = database;
	const { ready, diagnose, analyse, correct, backup, restore } = database;
	if (apply !== undefined) {
		driver.apply = (body, change, rounds) => changing(change, () => apply(bodies.wrap(body), change, rounds));
	}
	if (begin !== undefined) {
		driver.transaction = async (change, work) => {
			assertChange(change);
			return calls.runTransaction((during) => settled(() => begin(change, (run) => during(run, work)))());
		};
	}
	if (lastToken !== undefined) driver.lastToken = () => calls.run(lastToken);
	if (structure !== undefined) driver.structure = (options = {}) => reading(options, structure);
	if (schema !== undefined) driver.schema = (options = {}) => reading(options, schema);
	if (ready !== undefined) driver.ready = (options) => reading(options, ready);
	if (diagnose !== undefined) driver.diagnose = (options = {}) => reading(options, diagnose);
	if (backup !== undefined) {
		driver.backup = (options = {}) => calls.run(settled(() => underLock(() => backup(options))));
	}
	if (restore !== undefined) {
		driver.restore = (file, steps) => calls.run(settled(() => underLock(() => restore(file, steps))));
	}
	if (scratch !== undefined) driver.scratch = () => calls.run(scratch);
	if (analyse !== undefined) {
		driver.analyse = (files, { rows = false, ...options } = {}) =>
			reading(options, (waiting) => analyse(files.map(bodies.wrap), { ...waiting, rows }));
	}
	if (correct !== undefined) driver.correct = (text) => calls.run(settled(() => correct(text)));
	const { history } = database;
	if (history !== undefined) {
		driver.history = {
			...dialectOf(history),
			read: (options = {}) => reading(options, history.read),
			texts: (id) => calls.run(settled(() => history.texts(id))),
		};
	}
	return driver as DriverOf<P>;
}

type HistoryDialect = Pick<DriverHistory, "keepsText" | "meaning" | "reachesBeyond">;

/** What a history knows of texts, without the database. */
function dialectOf({ keepsText, meaning, reachesBeyond }: HistoryDialect): HistoryDialect {
	return { keepsText, ...(meaning && { meaning }), ...(reachesBeyond && { reachesBeyond }) };
}

/** @throws TypeError For code without types. @throws MigrateError `ERR_INVALID_VERSION`. */
function assertChange(change: VersionChange): void {
	if (typeof change?.version === "bigint" && typeof change.dirty === "boolean") {
		toVersion(change.version);
		return;
	}
	throw new TypeError("a change of the version is { version: bigint, dirty: boolean }, and more, see VersionChange");
}

type Optional =
	| "apply"
	| "transaction"
	| "lastToken"
	| "history"
	| "structure"
	| "schema"
	| "diagnose"
	| "backup"
	| "restore"
	| "scratch"
	| "ready"
	| "analyse"
	| "correct";

/** A driver that has the optional methods that its primitives have. */
export type DriverOf<P> = Driver & Required<Pick<Driver, Extract<keyof P, Optional>>>;
