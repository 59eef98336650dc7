import { type HistoryEvent, MigrateError, type RecordedEvent } from "@godwit/core";
import type { Row } from "../connection/postgres-connection.ts";
import type { literal } from "./literal.ts";
import type { OwnStatement } from "./own-statement.ts";
import type { TableNames } from "./table-names.ts";

/** The layout of the table and the meaning of its rows. A newer godwit raises it where an older one would read it wrong. */
const FORMAT = 1;

/** In the order of `valuesOf`. */
const COLUMNS = {
	format: "integer NOT NULL",
	op: "text NOT NULL",
	version: "bigint NOT NULL",
	direction: "text",
	target: "bigint NOT NULL",
	title: "text",
	at: "timestamptz NOT NULL",
	stamp: "text",
	checksum: "text",
	down_checksum: "text",
	up_text: "text",
	down_text: "text",
	written_by: "text NOT NULL",
	note: "text",
	duration_ms: "double precision",
	digest: "text",
} as const;

const NAMES = Object.keys(COLUMNS);

const TYPES = Object.values(COLUMNS).map((type) => type.replace(" NOT NULL", ""));

/** The columns of the table, in their order. */
export const HISTORY_COLUMNS: readonly string[] = ["id", ...NAMES];

/** A row for each event, which nothing changes or deletes. */
export function createHistory({ history }: TableNames): string {
	const columns = Object.entries(COLUMNS).map(([column, type]) => `${column} ${type}`);
	return `CREATE TABLE IF NOT EXISTS ${history} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ${columns.join(", ")})`;
}

/** The texts can be large, and are read by themselves. */
const READ = HISTORY_COLUMNS.filter((column) => !column.endsWith("_text"))
	.map((column) => (column === "at" ? `to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at` : column))
	.join(", ");

export function selectEvents({ history }: TableNames): string {
	return `SELECT ${READ} FROM ${history} ORDER BY id`;
}

export function selectLastEvent(names: TableNames): string {
	return `${selectEvents(names)} DESC LIMIT 1`;
}

export function selectTexts({ history }: TableNames, id: number): string {
	return `SELECT up_text, down_text FROM ${history} WHERE id = ${Math.trunc(id)}`;
}

/** @param keepsTexts Otherwise they are left out. @param stamp What the version row gets with them. */
export function insertEvents(
	{ history }: TableNames,
	events: readonly HistoryEvent[],
	stamp: string | undefined,
	keepsTexts: boolean,
): OwnStatement {
	const rows = events.map((event) => valuesOf(event, stamp, keepsTexts));
	const row = (values: readonly string[], index: number): string =>
		`(${values.slice(index * NAMES.length, (index + 1) * NAMES.length).join(", ")})`;
	return {
		// Those of a whole run come once.
		name: events.length === 1 ? "add_event" : undefined,
		values: rows.flatMap((given) => TYPES.map((type, index) => [type, given[index]] as const)),
		sql: (values) =>
			`INSERT INTO ${history} (${NAMES.join(", ")}) VALUES ${rows.map((_, index) => row(values, index)).join(", ")}`,
	};
}

function valuesOf(
	event: HistoryEvent,
	stamp: string | undefined,
	keepsTexts: boolean,
): readonly Parameters<typeof literal>[0][] {
	const { op, version, direction, target, title, at, checksum, downChecksum, upText, downText, by, note } = event;
	const texts = keepsTexts ? [upText, downText] : [undefined, undefined];
	const given = [direction, target, title, at, stamp, checksum, downChecksum, ...texts, by, note, event.durationMs];
	return [FORMAT, op, version, ...given, event.digest];
}

/** @throws MigrateError `ERR_HISTORY_FORMAT`. */
export function recordedEvent({ history }: TableNames, row: Row): RecordedEvent {
	if (!(Number(row.format) <= FORMAT)) {
		const message = `the table ${history} was written by a newer godwit (format ${row.format}, this one knows ${FORMAT}); use that one, or x-history=off`;
		throw new MigrateError("ERR_HISTORY_FORMAT", message, { format: String(row.format) });
	}
	return {
		id: Number(row.id),
		op: String(row.op) as RecordedEvent["op"],
		version: BigInt(String(row.version)),
		direction: (row.direction ?? undefined) as RecordedEvent["direction"],
		target: BigInt(String(row.target)),
		title: row.title ?? undefined,
		at: String(row.at),
		stamp: row.stamp ?? undefined,
		checksum: row.checksum ?? undefined,
		downChecksum: row.down_checksum ?? undefined,
		by: String(row.written_by),
		note: row.note ?? undefined,
		durationMs: row.duration_ms === null || row.duration_ms === undefined ? undefined : Number(row.duration_ms),
		digest: row.digest ?? undefined,
	};
}
