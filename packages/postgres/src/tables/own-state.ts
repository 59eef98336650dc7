import { FailedMessage, type Row, type StatementResult } from "../connection/postgres-connection.ts";
import { rowsOf } from "../connection/query-rows.ts";
import type { Connected } from "../connection/session.ts";
import type { AdvisoryLock } from "../lock/advisory-lock.ts";
import { ownTablesError, sqlState } from "../postgres-error.ts";
import type { PlacedStatement, ReadBody } from "../statements/read-body.ts";
import { createHistory } from "./history-table.ts";
import { quoteLiteral } from "./literal.ts";
import { selectLock } from "./lock-row.ts";
import type { OwnStatement } from "./own-statement.ts";
import type { TableNames } from "./table-names.ts";
import { createVersions, type RecordedVersion, recordedVersion, selectVersion } from "./version-table.ts";

/** What godwit's own tables say at one moment of a transaction. */
export interface OwnState {
	/** Another one when the transaction is another one. */
	readonly transaction: string | null | undefined;
	/** Whether something may change what is written: there is, or was, a trigger or a rule on one of the tables. */
	readonly triggered: boolean;
	readonly recorded: RecordedVersion;
	/** `undefined` when it was not asked for. */
	readonly lock: Row | undefined;
	/** Differs when an event was added, changed or removed; `undefined` when it was not asked for. */
	readonly events: string | undefined;
	/** As the SQL of `AdvisoryLock.keep` gives it; `undefined` when it was not asked for. */
	readonly kept: string | null | undefined;
}

export interface OwnStateOptions {
	readonly lock: boolean;
	readonly events: boolean;
	/** The advisory lock that the session is to have. */
	readonly keep?: AdvisoryLock | undefined;
}

/** The statements that `ownState` reads the results of. */
export function selectOwnState(
	{ names, statements: { write } }: Connected,
	{ lock, events, keep }: OwnStateOptions,
): readonly string[] {
	return [
		write(selectTransaction(names, keep?.keep())),
		write({ name: "version", sql: () => selectVersion(names) }),
		...(lock ? [write({ name: "lock", sql: () => selectLock(names, "wait") })] : []),
		...(events ? [`SELECT md5(string_agg(t::text, '' ORDER BY id)) AS events FROM ${names.history} AS t`] : []),
	];
}

/** @param keep As `AdvisoryLock.keep` gives it. */
function selectTransaction({ versions, lock, history }: TableNames, keep: string | undefined): OwnStatement {
	const tables = [versions, lock, history].map((table) => `to_regclass(${quoteLiteral(table)})::oid`);
	const kept = keep === undefined ? "" : `, ${keep} AS kept`;
	return {
		name: keep === undefined ? "transaction" : "transaction_and_lock",
		// It is there in every version of the server, and an id is assigned with it.
		sql: () =>
			`SELECT txid_current()::text AS transaction, (SELECT bool_or(relhastriggers OR relhasrules) FROM pg_class WHERE oid IN (${tables.join(", ")})) AS triggered${kept}`,
	};
}

/** @throws MigrateError As `recordedVersion`. */
export function ownState(
	names: TableNames,
	{ lock, events }: OwnStateOptions,
	results: readonly StatementResult[],
): OwnState {
	const [row] = rowsOf(results.slice(0, 1));
	const rest = results.slice(2);
	return {
		transaction: row?.transaction,
		triggered: row?.triggered === "t",
		recorded: recordedVersion(names, rowsOf(results.slice(1, 2))),
		lock: lock ? rest[0]?.rows[0] : undefined,
		events: events ? String(rest[lock ? 1 : 0]?.rows[0]?.events) : undefined,
		kept: row?.kept,
	};
}

export async function readOwnState(connected: Connected, asked: OwnStateOptions): Promise<OwnState> {
	const { connection, names } = connected;
	return ownState(names, asked, await connection.send(selectOwnState(connected, asked).join("; ")));
}

/** Whether a body may do something to the tables. None is refused for that alone. */
export function namesTables({ table }: TableNames, { text }: ReadBody): boolean {
	return text.toLowerCase().includes(table.toLowerCase());
}

export interface BodyOnTables {
	readonly body: ReadBody;
	readonly before: OwnState;
	readonly asked: OwnStateOptions;
	/** Statements that come first, since the body may have left another role or another search path. */
	readonly settle: readonly string[];
	/** To change the version; the tables that it drops are made anew. */
	readonly permitted: boolean;
	readonly withHistory: boolean;
}

/**
 * Reads the tables after a body.
 *
 * @throws MigrateError `ERR_OWN_TABLES` when the version, the lock or the history has changed.
 */
export async function assertTablesKept(
	connected: Connected,
	{ body, before, asked, settle, permitted, withHistory }: BodyOnTables,
): Promise<OwnState> {
	const { names } = connected;
	const blamed = blamedStatement(names, body);
	const made = permitted ? [createVersions(names), ...(withHistory ? [createHistory(names)] : [])] : [];
	let after: OwnState;
	try {
		after = await readAfter(connected, [...settle, ...made], asked);
	} catch (error) {
		// A table, a column or a schema that is not there any more.
		const gone = error instanceof FailedMessage && /^(42P01|42703|3F000|42501|42809)$/.test(sqlState(error) ?? "");
		throw gone && blamed !== undefined ? ownTablesError(blamed, error.reason) : error;
	}
	const changed = changeOf(before, after, permitted);
	if (changed !== undefined && blamed !== undefined) throw ownTablesError(blamed, new TypeError(changed));
	return after;
}

/** In a savepoint while statements are prepared, since the body may have deallocated them. */
async function readAfter(connected: Connected, first: readonly string[], asked: OwnStateOptions): Promise<OwnState> {
	const { connection, names, statements } = connected;
	const [begin, end] = statements.kept ? [[`SAVEPOINT ${SAVEPOINT}`], [`RELEASE SAVEPOINT ${SAVEPOINT}`]] : [[], []];
	const before = [...begin, ...first];
	try {
		const results = await connection.send([...before, ...selectOwnState(connected, asked), ...end].join("; "));
		return ownState(names, asked, results.slice(before.length));
	} catch (error) {
		// Without the savepoint there is nothing to go back to.
		if (!statements.givenUp(error) || error.done === 0) throw error;
		await connection.send(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`);
		return readAfter(connected, first, asked);
	}
}

const SAVEPOINT = "godwit_look";

function changeOf(before: OwnState, after: OwnState, permitted: boolean): string | undefined {
	const { version, dirty, stamp } = before.recorded;
	const now = after.recorded;
	const moved = now.version !== version || now.dirty !== dirty || now.stamp !== stamp;
	if (moved && !permitted) return `the version was ${version} and is ${now.version}`;
	if (lockIn(before) !== lockIn(after)) return "the lock was changed";
	return before.events === after.events ? undefined : "the history was changed";
}

function lockIn({ lock }: OwnState): string {
	return JSON.stringify([lock?.locked, lock?.owner, lock?.expires_at, lock?.step]);
}

function blamedStatement(names: TableNames, { statements }: ReadBody): PlacedStatement | undefined {
	const table = names.table.toLowerCase();
	return statements.find(({ sql }) => sql.toLowerCase().includes(table)) ?? statements[0];
}
