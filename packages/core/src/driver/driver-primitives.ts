import type { MigrationBody } from "../body/migration-body.ts";
import type { CorrectedText } from "../effects/correction.ts";
import type { AnalyseOptions, Analysis } from "../effects/effects.ts";
import type { Backup, BackupOptions, RestoreSteps } from "./backup.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { ApplyOutcome, Driver, DriverHistory, RecordedHistory, Rounds } from "./driver.ts";
import type { LockPrimitives } from "./frame/held-lock.ts";
import type { RehearsalCopy, RehearsalOptions } from "./rehearsal.ts";
import type { Schema } from "./schema.ts";
import type { FoundVersion, VersionChange } from "./version-state.ts";
import type { WaitOptions } from "./waiting/patience.ts";

/**
 * What is particular to one database, as functions that use no `this`. One of them is called at a time, and none after
 * `close`.
 *
 * All else that `Driver` promises is written once, in `defineDriver`: the order of calls, waiting for the lock, and what it
 * means to be closed, locked and in a transaction.
 */
export interface DriverPrimitives extends LockPrimitives {
	/** As `Driver.version`. `signal` is `close`'s too. */
	version(options: WaitOptions): Promise<FoundVersion>;
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
	readonly history?: Omit<DriverHistory, "read"> & { read(options: WaitOptions): Promise<RecordedHistory> };
	/** As `Driver.structure`; what it is given is as for `version`. */
	structure?(options: WaitOptions): Promise<readonly string[]>;
	/** As `Driver.schema`; what it is given is as for `version`. */
	schema?(options: WaitOptions): Promise<Schema>;
	/** As `Driver.diagnose`; what it is given is as for `version`. */
	diagnose?(options: WaitOptions): Promise<readonly Diagnosis[]>;
	/** As `Driver.scratch`. */
	scratch?(): Promise<Driver>;
	/** As `Driver.ready`; what it is given is as for `version`. */
	ready?(options: WaitOptions): Promise<void>;
	/** As `Driver.analyse`; `timeoutMs` and `signal` are as for `version`. */
	analyse?(bodies: readonly MigrationBody[], options: AnalyseOptions & WaitOptions): Promise<Analysis>;
	/** As `Driver.correct`. */
	correct?(text: string): Promise<CorrectedText>;
	/** As `Driver.missingFile`. */
	missingFile?(): Promise<string | undefined>;
	/** As `Driver.backup`, and only called under the lock. */
	backup?(options: BackupOptions): Promise<Backup>;
	/** As `Driver.restore`, and only called under the lock. */
	restore?(file: string, steps: RestoreSteps): Promise<void>;
	/** As `Driver.rehearsal`; `timeoutMs` and `signal` are as for `version`. */
	rehearsal?(options: RehearsalOptions & WaitOptions): Promise<RehearsalCopy>;
	/** As `Driver.drop`. */
	drop(): Promise<void>;
	/** Releases the connection, after the lock was given back as far as that was possible. */
	close(): Promise<void>;
}
