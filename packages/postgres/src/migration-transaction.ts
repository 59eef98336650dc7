import { type LockState, type VersionChange, versionMoved } from "@godwit/core";
import { runInside } from "./body-inside.ts";
import type { Connected } from "./connection/session.ts";
import { inTransaction } from "./connection/transaction.ts";
import { aroundSettings, restoringSettings } from "./connection/transaction-settings.ts";
import type { PostgresLock } from "./lock/postgres-lock.ts";
import { partlyCommittedError } from "./postgres-error.ts";
import { changedRows } from "./rounds/changed-rows.ts";
import type { ReadBody } from "./statements/read-body.ts";
import {
	assertTablesKept,
	namesTables,
	type OwnState,
	type OwnStateOptions,
	ownState,
	readOwnState,
	selectOwnState,
} from "./tables/own-state.ts";
import { findTables, makeTables } from "./tables/own-tables.ts";
import { versionRecorder } from "./tables/version-recorder.ts";
import type { PostgresConfig } from "./url/postgres-config.ts";

export interface MigrationTransactionOptions {
	readonly config: PostgresConfig;
	readonly state: LockState;
	readonly lock: PostgresLock;
}

export interface Recording {
	/** Recorded at the end, with the bodies. */
	readonly change?: VersionChange;
	/** What is recorded in its place, once `work` is done. */
	readonly instead?: () => VersionChange;
	/** Records it whatever the version is, since a body before has said that it changes it. */
	readonly allowed?: boolean;
	/**
	 * A table or a view, as it is written after LOCK TABLE, to which nobody else writes meanwhile, and of which nobody else locks rows.
	 * Of everything else the transaction sees one state, so that a statement may fail with 40001. Default: others write, and each
	 * statement sees what they have done before it.
	 */
	readonly alone?: string | undefined;
}

/** Runs a body in the transaction. @returns How many rows its last statement has changed. */
export type RunBody = (body: ReadBody) => Promise<number>;

/**
 * Returns a function that runs bodies, and records the version with them, in one transaction.
 *
 * @returns What `work` returns.
 */
export type MigrationTransaction = <T>(
	connected: Connected,
	recording: Recording,
	work: (run: RunBody) => Promise<T>,
) => Promise<T>;

export function migrationTransaction({ config, state, lock }: MigrationTransactionOptions): MigrationTransaction {
	const withHistory = config.history !== "off";
	const record = versionRecorder({ config, state });

	/** Whether the version table is there. */
	async function prepare({ connection, names }: Connected, changes: boolean, allowed: boolean): Promise<boolean> {
		// The tables are made with the lock, unless everything was dropped since, or by a body that may do so.
		if (state.held && !lock.dropped && !allowed) return true;
		if (changes) await makeTables(connection, names, withHistory);
		return changes || (await findTables(connection, names)).versions;
	}

	return async (connected, { change, instead, allowed = false, alone }, work) => {
		const { connection, names, statements } = connected;
		await statements.prepare();
		const there = await prepare(connected, change !== undefined, allowed);
		const plain = { lock: state.held && !lock.dropped, events: false };
		const set = transactionSettings(config);
		// The locks come before the first query: what the transaction sees is what was there at that.
		const locks = [...(there ? [names.versions] : []), ...(alone === undefined ? [] : [alone])];
		const locked = locks.map((table) => `LOCK TABLE ${table} IN EXCLUSIVE MODE`);
		const mode = alone === undefined ? "" : "ISOLATION LEVEL REPEATABLE READ";

		return againWithTexts(connected, async (begins) => {
			const first = aroundSettings(connected, [...set, ...locked]);
			const after = [...first, ...(there ? selectOwnState(connected, plain) : [])];
			return inTransaction(connection, { mode, after }, async (begun) => {
				begins();
				// What a body sets is set back before the COMMIT: who comes next in the session finds what was there.
				const settle = [...restoringSettings(connected, begun.slice(0, first.length)), ...set];
				let now = there ? ownState(names, plain, begun.slice(first.length)) : undefined;
				if (plain.lock) lock.assertMine(now?.lock);
				if (now !== undefined) assertFrom(change, now, allowed);

				const done = await work(async (body) => {
					const ran = await runBody(connected, body, { before: now, plain, settle });
					now = ran.now;
					return ran.rows;
				});
				if (change === undefined || now === undefined) return { result: done, last: [] };
				return { result: done, last: await record(connected, instead?.() ?? change, now) };
			});
		});
	};

	/** Runs a body, and looks at what it must have left as it was. */
	async function runBody(
		connected: Connected,
		body: ReadBody,
		{ before: atBegin, plain, settle }: RunInTransaction,
	): Promise<{ readonly rows: number; readonly now: OwnState | undefined }> {
		const { connection, names, statements } = connected;
		const named = namesTables(names, body);
		const permitted = body.directives.has("allow own-tables");
		// Of tables that it makes anew, a prepared statement knows nothing.
		if (named || permitted) statements.forget();
		const asked = { ...plain, events: withHistory && state.held && named };
		const before = asked.events ? await readOwnState(connected, asked) : atBegin;
		const rows = changedRows(await runInside(connection, body));
		if (before === undefined) {
			await connection.send(settle.join("; "));
			return { rows, now: undefined };
		}
		const keep = plain.lock ? connected.advisory : undefined;
		const now = await assertTablesKept(connected, {
			...{ body, before, settle, permitted, withHistory },
			asked: { ...asked, keep },
		});
		await lock.assertKept(connected, now.kept);
		if (now.transaction !== before.transaction) throw partlyCommittedError(body.statements[0]);
		return { rows, now };
	}
}

interface RunInTransaction {
	/** What the tables said before the body; `undefined` where there are none. */
	readonly before: OwnState | undefined;
	readonly plain: OwnStateOptions;
	/** As `BodyOnTables.settle`. */
	readonly settle: readonly string[];
}

/** Does once more with texts what failed before a body could run: an earlier one may have deallocated the statements. */
async function againWithTexts<T>({ statements }: Connected, attempt: (begins: () => void) => Promise<T>): Promise<T> {
	let begun = false;
	const begins = (): void => {
		begun = true;
	};
	try {
		return await attempt(begins);
	} catch (error) {
		if (begun || !statements.givenUp(error)) throw error;
		return attempt(begins);
	}
}

function transactionSettings({ ddlLockTimeoutMs, statementTimeoutMs }: PostgresConfig): readonly string[] {
	const statement = statementTimeoutMs > 0 ? [`SET LOCAL statement_timeout = ${Math.ceil(statementTimeoutMs)}`] : [];
	return [`SET LOCAL lock_timeout = ${Math.ceil(ddlLockTimeoutMs)}`, ...statement];
}

/** @throws MigrateError `ERR_VERSION_MOVED`. */
function assertFrom(change: VersionChange | undefined, { recorded }: OwnState, allowed: boolean): void {
	const from = change?.from;
	if (from === undefined || allowed) return;
	if (recorded.version !== from.version || recorded.dirty !== from.dirty) throw versionMoved(from, recorded);
}
