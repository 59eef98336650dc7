import { type FoundVersion, NIL_VERSION, type RecordedHistory, type StoredTexts } from "@godwit/core";
import type { StatementResult } from "../connection/postgres-connection.ts";
import { queryRows, rowsOf } from "../connection/query-rows.ts";
import type { Connected } from "../connection/session.ts";
import { inTransaction } from "../connection/transaction.ts";
import { recordedEvent, selectEvents, selectLastEvent, selectTexts } from "./history-table.ts";
import { type FoundTables, findTables } from "./own-tables.ts";
import { recordedVersion, selectVersion } from "./version-table.ts";

/** Version and events, as they are in one moment. */
export async function readVersion(connected: Connected, withHistory: boolean): Promise<FoundVersion> {
	const found = await findTables(connected.connection, connected.names);
	if (!withHistory) return stateOf(connected, await snapshot(connected, found, []), found);
	const { names } = connected;
	const results = await snapshot(connected, found, found.history ? [selectLastEvent(names)] : []);
	const { stamp, ...version } = stateOf(connected, results, found);
	const [row] = found.history ? rowsOf(results.slice(-1)) : [];
	const last = row === undefined ? undefined : recordedEvent(names, row);
	return { ...version, head: { stamp: last === undefined ? undefined : stamp, last } };
}

/** The whole history. */
export async function readHistory(connected: Connected): Promise<RecordedHistory> {
	const { names } = connected;
	const found = await findTables(connected.connection, names);
	const results = await snapshot(connected, found, found.history ? [selectEvents(names)] : []);
	const { stamp, ...version } = stateOf(connected, results, found);
	const rows = found.history ? rowsOf(results.slice(-1)) : [];
	const events = rows.map((row) => recordedEvent(names, row));
	const last = events.at(-1);
	return { ...version, head: { stamp: last === undefined ? undefined : stamp, last }, events };
}

export async function readTexts({ connection, names }: Connected, id: number): Promise<StoredTexts> {
	const [row] = await queryRows(connection, selectTexts(names, id));
	return { up: row?.up_text ?? undefined, down: row?.down_text ?? undefined };
}

/** A table of which a policy hides rows is then an error, and would look empty otherwise. */
const NO_HIDDEN_ROWS = "SET LOCAL row_security = off";

/** Reads in one snapshot, whoever writes meanwhile. */
async function snapshot(
	{ connection, names }: Connected,
	{ versions }: FoundTables,
	others: readonly string[],
): Promise<readonly StatementResult[]> {
	const selects = [...(versions ? [selectVersion(names)] : []), ...others];
	if (selects.length === 0) return [];
	const begin = { mode: "ISOLATION LEVEL REPEATABLE READ READ ONLY", after: [NO_HIDDEN_ROWS, ...selects] };
	return inTransaction(connection, begin, async ([, ...result]) => ({ result, last: [] }));
}

function stateOf(
	{ names }: Connected,
	results: readonly StatementResult[],
	{ versions }: FoundTables,
): ReturnType<typeof recordedVersion> {
	return versions
		? recordedVersion(names, rowsOf(results.slice(0, 1)))
		: { version: NIL_VERSION, dirty: false, stamp: undefined };
}
