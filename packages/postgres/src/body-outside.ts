import { cleanUpAfter } from "@godwit/core";
import { lockBlocker } from "./blockers/lock-blocker.ts";
import { type WaitWatch, watchWaiting } from "./blockers/watch-waiting.ts";
import { FailedMessage, type PostgresConnection } from "./connection/postgres-connection.ts";
import type { Connected } from "./connection/session.ts";
import { rollBack } from "./connection/transaction.ts";
import type { PostgresLock } from "./lock/postgres-lock.ts";
import { isLockNotAvailable, statementError, transactionLeftOpenError } from "./postgres-error.ts";
import { type HalfDone, halfDone, leftHalfDone } from "./statements/half-done.ts";
import type { PlacedStatement, ReadBody } from "./statements/read-body.ts";
import { shownQuery } from "./statements/shown-query.ts";
import { endsTransaction, isConcurrent } from "./statements/transaction-rules.ts";
import type { PostgresConfig } from "./url/postgres-config.ts";

export interface BodyOutsideOptions {
	readonly config: PostgresConfig;
	readonly lock: PostgresLock;
	/** Missing where no other session is to be had that could look at this one. */
	readonly watch?: WaitWatch | undefined;
}

/**
 * Returns a function that runs a body outside a transaction, statement by statement. What ran before a failure stays.
 */
export function bodyOutside(options: BodyOutsideOptions): (connected: Connected, body: ReadBody) => Promise<void> {
	const { config, lock } = options;
	return async (connected, { statements }) => {
		const { connection } = connected;
		const set = connected.own;
		try {
			if (set) await connection.send(settings(config).join("; "));
			for (const statement of statements) {
				// In a transaction of the file's own it is enough to look before its end.
				if (connection.transaction === "none" || endsTransaction(statement)) await lock.assertHeld(connected);
				await runOne(connected, statement, options);
			}
			const last = statements.at(-1);
			if (connection.transaction !== "none" && last !== undefined) throw transactionLeftOpenError(last);
			await lock.assertHeld(connected);
		} catch (error) {
			throw await cleanUpAfter(error, () => leave(connected));
		}
		await leave(connected);
	};
}

async function leave({ connection, reset }: Connected): Promise<void> {
	await rollBack(connection);
	if (reset.length > 0 && connection.lost === undefined) await connection.send(reset.join("; "));
}

function settings({ ddlLockTimeoutMs, statementTimeoutMs }: PostgresConfig): readonly string[] {
	const statement = statementTimeoutMs > 0 ? [`SET statement_timeout = ${Math.ceil(statementTimeoutMs)}`] : [];
	return [`SET lock_timeout = ${Math.ceil(ddlLockTimeoutMs)}`, ...statement];
}

/** A statement that builds an index beside its users has no lock timeout: it would leave an invalid one. */
async function runOne(connected: Connected, statement: PlacedStatement, options: BodyOutsideOptions): Promise<void> {
	const { connection } = connected;
	const concurrent = connection.transaction === "none" && isConcurrent(statement);
	const waits = connected.own && concurrent;
	if (waits) await connection.send("SET lock_timeout = 0");
	const before = concurrent ? await halfDone(connection, statement) : [];
	const run = (): Promise<unknown> => connection.send(statement.sql, { withoutRows: true });
	try {
		await (waits ? watched(connected, statement, { ...options, run }) : run());
	} catch (error) {
		if (!(error instanceof FailedMessage) || connection.lost !== undefined) throw error;
		const advice = await adviceOn(connection, statement, { failure: error, before });
		throw statementError(statement, { text: statement.sql, start: statement }, error, advice);
	}
	if (waits) await connection.send(settings(options.config).join("; "));
}

async function watched(
	connected: Connected,
	{ sql, line }: PlacedStatement,
	{ watch, lock, run }: BodyOutsideOptions & { readonly run: () => Promise<unknown> },
): Promise<void> {
	if (watch === undefined) await run();
	else await watchWaiting(watch, connected, (what) => lock.tell(`line ${line}: ${shownQuery(sql)} ${what}`), run);
}

async function adviceOn(
	connection: PostgresConnection,
	statement: PlacedStatement,
	{ failure, before }: { readonly failure: FailedMessage; readonly before: readonly HalfDone[] },
): Promise<string | undefined> {
	if (connection.transaction !== "none") return undefined;
	if (isLockNotAvailable(failure)) return lockBlocker(connection, statement.sql);
	return isConcurrent(statement) ? leftHalfDone(connection, statement, before) : undefined;
}
