import type { Diagnosis } from "../../driver/diagnosis.ts";
import type { Driver } from "../../driver/driver.ts";
import type { Schema } from "../../driver/schema.ts";
import { unsupported } from "../../driver/unsupported.ts";
import type { VersionState } from "../../driver/version-state.ts";
import type { RecordedEvent, StoredTexts } from "../../history/history-event.ts";
import { assertMigrations } from "../../source/assert-migrations.ts";
import type { Source } from "../../source/source.ts";
import { valueShown } from "../../value-shown.ts";
import { withJson } from "../../with-json.ts";
import { assertNoArguments } from "../arguments.ts";
import { readSchema } from "../dump/read-schema.ts";
import type { DumpFormat } from "../dump/write-schema.ts";
import type { MigrateOptions } from "../migrate-options.ts";
import type { Operations } from "../operations.ts";
import type { Goal } from "../plan.ts";
import { assertRehearseOptions } from "../rehearse/assert-rehearse-options.ts";
import type { RehearsalReport, RehearseOptions } from "../rehearse/rehearsal-report.ts";
import { waitingOf } from "../run/migration-lock.ts";
import { type Preparation, preparedWay } from "../run/preparation/prepare.ts";
import { readStoredDown, type StoredDown, withHistory } from "../stored-down.ts";
import { type MigrationPlan, readPlan } from "./migration-plan.ts";
import { isPendingMigration, type PendingMigration, readStatus, type StatusReport } from "./status.ts";

/**
 * What `Migrate` tells of a source and a database. None of it takes the lock, and none writes anything.
 *
 * What only one operation needs is loaded with it: most starts have nothing to do, and should not wait for what they do without.
 */
export abstract class MigrateReports {
	readonly #operations: Operations;
	readonly #source: Source;
	readonly #driver: Driver;
	readonly #options: MigrateOptions;

	protected constructor(operations: Operations) {
		this.#operations = operations;
		({ source: this.#source, driver: this.#driver, options: this.#options } = operations);
	}

	/** Reads version and dirty flag; `NIL_VERSION` before the first migration. Takes no lock. Go: Version. */
	version(): Promise<VersionState>;
	async version(...given: readonly unknown[]): Promise<VersionState> {
		assertNoArguments("version", given, "migrate(7) goes to version 7");
		return this.#operations.run(async () => {
			const { version, dirty } = await this.#driver.version(waitingOf(this.#options));
			return { version, dirty };
		});
	}

	/** Returns for every migration whether it is applied, and what is not as it should be. Takes no lock, and writes nothing. */
	status(): Promise<StatusReport>;
	async status(...given: readonly unknown[]): Promise<StatusReport> {
		assertNoArguments("status", given);
		const options = this.#options;
		return this.#operations.run(() => readStatus(this.#source, this.#driver, options, waitingOf(options)));
	}

	/** Returns the migrations that are not applied and may be, ascending, also below the database's version. As `status`. */
	pending(): Promise<readonly PendingMigration[]>;
	async pending(...given: readonly unknown[]): Promise<readonly PendingMigration[]> {
		assertNoArguments("pending", given);
		return withJson((await this.status()).migrations.filter(isPendingMigration));
	}

	/**
	 * Returns what would run on the way to a goal if it began now: `up` is `{ kind: "up" }`; and what each file would do, where the
	 * driver can tell, see `Driver.analyse`. Rows are counted where it depends on them. Takes no lock, and writes nothing.
	 *
	 * @throws MigrateError what the operation would throw before it runs anything, `ERR_CHANGED` excepted: whether files were
	 *   changed is told by `status`.
	 */
	async plan(goal: Goal): Promise<MigrationPlan> {
		const { checkedGoal } = await import("./checked-goal.ts");
		const checked = checkedGoal(goal);
		return this.#operations.run(() => readPlan(this.#source, this.#driver, checked, this.#options));
	}

	/**
	 * Runs the pending migrations on a copy of the database, up and down again, and tells of it: the time of each, what became of the
	 * schema and of the rows of every table, and whether the way back brings both back. The copy is private and removed. Takes no
	 * lock, and writes nothing to the database; a file that a migration attaches is copied too.
	 *
	 * @param limit How many migrations, at least 0; all of them without it.
	 * @throws MigrateError what `up` would throw before it runs anything; `ERR_UNSUPPORTED` for a driver that cannot copy a database,
	 *   and for one in memory.
	 */
	async rehearse(limit?: number, options: RehearseOptions = {}): Promise<RehearsalReport> {
		if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 0)) {
			throw new TypeError(`the number of migrations must be a whole number of at least 0, not ${valueShown(limit)}`);
		}
		assertRehearseOptions(options);
		const goal: Goal = limit === undefined ? { kind: "up" } : { kind: "up", limit };
		return this.#operations.run(async () => {
			await assertMigrations(this.#source);
			const way = (driver: Driver): Preparation => preparedWay(this.#source, driver, goal, this.#options);
			const { rehearse } = await import("../rehearse/rehearse.ts");
			return rehearse(this.#operations, way, options);
		});
	}

	/**
	 * Reads what the database consists of: tables, indexes, views and triggers, without rows, and without what godwit keeps for
	 * itself. Takes no lock, and writes nothing.
	 *
	 * @throws MigrateError `ERR_UNSUPPORTED` for a driver that cannot tell.
	 */
	schema(): Promise<Schema>;
	async schema(...given: readonly unknown[]): Promise<Schema> {
		assertNoArguments("schema", given);
		return this.#operations.run(() => readSchema(this.#driver, waitingOf(this.#options)));
	}

	/** Writes `schema()` as a text: the statements that make it (default), a JSON document, or a Mermaid diagram. The same schema gives the same text. */
	async dump(format: DumpFormat = "sql"): Promise<string> {
		const { assertFormat, writeSchema } = await import("../dump/write-schema.ts");
		assertFormat(format);
		return writeSchema(await this.schema(), format);
	}

	/**
	 * Examines the database itself: damage, texts in double quotes, references that lead nowhere, foreign keys that are violated,
	 * a write-ahead log that was left behind, and which version wrote it last. Reads every page of it, takes no lock, and writes nothing.
	 *
	 * @throws MigrateError `ERR_UNSUPPORTED` for a driver that cannot tell.
	 */
	doctor(): Promise<readonly Diagnosis[]>;
	async doctor(...given: readonly unknown[]): Promise<readonly Diagnosis[]> {
		assertNoArguments("doctor", given);
		const { diagnose } = this.#driver;
		if (diagnose === undefined) throw unsupported(this.#driver, "diagnose");
		return this.#operations.run(() => diagnose(waitingOf(this.#options)));
	}

	/** Reads every event of the history, in the order in which they were written; none where the driver keeps no history. */
	history(): Promise<readonly RecordedEvent[]>;
	async history(...given: readonly unknown[]): Promise<readonly RecordedEvent[]> {
		assertNoArguments("history", given);
		const { history } = this.#driver;
		if (history === undefined) return [];
		return this.#operations.run(async () => (await history.read(waitingOf(this.#options))).events);
	}

	/** Reads the texts of the files that an event of the history keeps. */
	async storedTexts(event: Pick<RecordedEvent, "id">): Promise<StoredTexts> {
		const { history } = this.#driver;
		return history === undefined ? {} : this.#operations.run(() => history.texts(event.id));
	}

	/**
	 * Reads what the history stored of the down files of the last `count` migrations, or of all, when they were applied: for
	 * files that are gone or were changed since. Show it to somebody, and give it to `down`. Takes no lock, and writes nothing.
	 *
	 * @returns Newest first; fewer than `count` when there are no more.
	 * @throws MigrateError `ERR_STORED_TEXT` for a migration without such a text, or with one that may not be run;
	 *   `ERR_HISTORY_UNKNOWN` for one that another tool may have reverted or applied, or that did not run here; `ERR_DIRTY`;
	 *   `ERR_UNSUPPORTED` for a driver that keeps no history.
	 */
	async storedDown(count?: number): Promise<readonly StoredDown[]> {
		if (count !== undefined && (!Number.isSafeInteger(count) || count < 0)) {
			throw new TypeError(`the number of migrations must be a whole number of at least 0, not ${valueShown(count)}`);
		}
		const driver = withHistory(this.#driver);
		return this.#operations.run(() => readStoredDown(this.#source, driver, count, waitingOf(this.#options)));
	}
}
