import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import { isTableRace } from "../postgres-error.ts";
import { createHistory, HISTORY_COLUMNS } from "./history-table.ts";
import { quoteLiteral } from "./literal.ts";
import { createLock } from "./lock-row.ts";
import type { TableNames } from "./table-names.ts";
import { addStamp, createVersions, notOurs } from "./version-table.ts";

/** Which of godwit's own tables are there. */
export interface FoundTables {
	readonly versions: boolean;
	/** Whether the version table has the column for stamps. */
	readonly stamp: boolean;
	readonly lock: boolean;
	readonly history: boolean;
}

/** The columns that a table has to have, with the types that each may be of. */
type Columns = Readonly<Record<string, readonly string[]>>;

const VERSION_COLUMNS: Columns = { version: ["bigint", "integer", "smallint"], dirty: ["boolean"] };
const TIME = ["timestamp with time zone"];
const LOCK_COLUMNS: Columns = {
	id: ["integer", "bigint"],
	locked: ["boolean"],
	owner: ["text"],
	...{ acquired_at: TIME, expires_at: TIME },
	step: ["text"],
};

/** Other tools that keep their state in tables of these names, by their columns. */
const OTHER_TOOLS: ReadonlyMap<string, string> = new Map([
	["version", "Rails (ActiveRecord) or dbmate"],
	["version, inserted_at", "Ecto"],
	["index, is_locked", "Knex"],
	["id, locked, lockgranted, lockedby", "Liquibase"],
]);

/** @throws MigrateError `ERR_DATABASE` for a table of such a name that is another tool's. */
export async function findTables(connection: PostgresConnection, names: TableNames): Promise<FoundTables> {
	const each = (what: string, table: string): string =>
		`(SELECT string_agg(${what}, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = to_regclass(${quoteLiteral(table)}) AND attnum > 0 AND NOT attisdropped)`;
	const columns = (table: string): string => each("attname", table);
	const types = (table: string): string => each("format_type(atttypid, NULL)", table);
	const kind = (table: string): string =>
		`(SELECT relkind FROM pg_class WHERE oid = to_regclass(${quoteLiteral(table)}))`;
	const { versions, lock, history } = names;
	const sql = `SELECT ${columns(versions)} AS versions, ${columns(lock)} AS lock, ${columns(history)} AS history, ${types(versions)} AS versions_types, ${types(lock)} AS lock_types, ${kind(versions)} AS versions_kind, ${kind(lock)} AS lock_kind, ${kind(history)} AS history_kind`;
	const [row] = await queryRows(connection, sql);
	assertTable(versions, row?.versions_kind);
	assertTable(lock, row?.lock_kind);
	assertTable(history, row?.history_kind);
	assertColumns(versions, row?.versions, Object.keys(VERSION_COLUMNS));
	assertColumns(lock, row?.lock, Object.keys(LOCK_COLUMNS));
	assertColumns(history, row?.history, HISTORY_COLUMNS);
	assertTypes(versions, listOf(row?.versions), listOf(row?.versions_types), VERSION_COLUMNS);
	assertTypes(lock, listOf(row?.lock), listOf(row?.lock_types), LOCK_COLUMNS);
	const versionColumns = listOf(row?.versions);
	return {
		versions: versionColumns.length > 0,
		stamp: versionColumns.includes("godwit_stamp"),
		lock: listOf(row?.lock).length > 0,
		history: listOf(row?.history).length > 0,
	};
}

/** See https://www.postgresql.org/docs/current/catalog-pg-class.html */
const OTHER_KINDS: ReadonlyMap<string, string> = new Map([
	["v", "a view"],
	["m", "a materialized view"],
	["f", "a foreign table"],
	["S", "a sequence"],
	["i", "an index"],
	["c", "a type"],
]);

function assertTable(name: string, kind: string | null | undefined): void {
	const what = OTHER_KINDS.get(kind ?? "");
	if (what !== undefined) throw notOurs(name, `it is ${what}`);
}

function listOf(columns: string | null | undefined): readonly string[] {
	return columns === null || columns === undefined ? [] : columns.split(", ");
}

function assertColumns(table: string, found: string | null | undefined, wanted: readonly string[]): void {
	const columns = listOf(found);
	if (columns.length === 0 || wanted.every((column) => columns.includes(column))) return;
	const tool = OTHER_TOOLS.get(columns.join(", "));
	const hint = tool === undefined ? "" : `, as a table of ${tool} has`;
	throw notOurs(table, `it has the columns ${columns.join(", ")}${hint}, and not ${wanted.join(", ")}`);
}

/** An empty table tells by nothing else that it is another's. */
function assertTypes(table: string, columns: readonly string[], types: readonly string[], wanted: Columns): void {
	for (const [index, column] of columns.entries()) {
		const [type = "", accepted] = [types[index], wanted[column]];
		if (accepted === undefined || accepted.includes(type)) continue;
		throw notOurs(table, `its column ${column} is ${type}, and not ${accepted[0]}`);
	}
}

/** How often the tables are looked for again, when somebody else makes them at the same moment. */
const ATTEMPTS = 5;

/** Makes what is missing of the tables. @param withHistory With the table of the history and the column for stamps. */
export async function makeTables(
	connection: PostgresConnection,
	names: TableNames,
	withHistory: boolean,
): Promise<void> {
	for (let attempt = 1; ; attempt++) {
		const missing = statementsFor(names, await findTables(connection, names), withHistory);
		if (missing.length === 0) return;
		try {
			// One message is one transaction.
			await connection.send(missing.join("; "));
			return;
		} catch (error) {
			// Two sessions that make a table at once meet in the catalog, in spite of IF NOT EXISTS.
			if (attempt === ATTEMPTS || !isTableRace(error)) throw error;
		}
	}
}

function statementsFor(names: TableNames, found: FoundTables, withHistory: boolean): readonly string[] {
	const missing: string[] = [];
	if (!found.versions) missing.push(createVersions(names));
	else if (withHistory && !found.stamp) missing.push(addStamp(names));
	if (!found.lock) missing.push(createLock(names));
	if (withHistory && !found.history) missing.push(createHistory(names));
	return missing;
}
