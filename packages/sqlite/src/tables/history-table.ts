import { type HistoryEvent, MigrateError, type RecordedEvent, type StoredTexts } from "@godwit/core";
import type { SqliteConnection, SqlValue } from "../connection/sqlite-connection.ts";
import { foreignTable, type SideTable } from "./foreign/foreign-table.ts";
import { quoteIdentifier } from "./quote-identifier.ts";
import { tableExists } from "./version-table.ts";

/** The layout of the table and the meaning of its rows. A newer godwit raises it where an older one would read it wrong. */
const FORMAT = 1n;

/** The table that holds the history: a row for each event, which nothing changes or deletes. Each method is a few statements and no transaction. */
export interface HistoryTable {
	readonly table: string;
	/** Makes the table unless it is there. */
	create(): void;
	exists(): boolean;
	/** Changes nothing. Throws SQLite's error when no event can be written: no table, another column, a view. */
	assertWritable(): void;
	/** @throws MigrateError `ERR_HISTORY_FORMAT`. */
	last(): RecordedEvent | undefined;
	/** @throws MigrateError `ERR_HISTORY_FORMAT`. */
	read(): readonly RecordedEvent[];
	texts(id: number): StoredTexts;
	/** Returns a text that differs when an event was added, changed or removed. */
	fingerprint(): string;
	/** @param stamp What the version row has got with them. */
	add(events: readonly HistoryEvent[], stamp: string | undefined): void;
}

/** In the order of `valuesOf`. */
const COLUMNS = {
	format: "INTEGER NOT NULL",
	op: "TEXT NOT NULL",
	version: "INTEGER NOT NULL",
	direction: "TEXT",
	target: "INTEGER NOT NULL",
	title: "TEXT",
	at: "TIMESTAMP NOT NULL",
	stamp: "TEXT",
	checksum: "TEXT",
	down_checksum: "TEXT",
	up_text: "TEXT",
	down_text: "TEXT",
	written_by: "TEXT NOT NULL",
	note: "TEXT",
	duration_ms: "REAL",
	digest: "TEXT",
} as const;

const NAMES = Object.keys(COLUMNS);

const HISTORY_TABLE: SideTable = { holds: "history", columns: ["id", ...NAMES], otherTools: new Map() };

/** @param keepsTexts Otherwise the texts of events are left out. */
export function historyTable(connection: SqliteConnection, name: string, keepsTexts: boolean): HistoryTable {
	const table = `main.${quoteIdentifier(name)}`;
	// The texts can be large, and are read by themselves. Without AS, PRAGMA full_column_names decides what columns are called.
	const read = ["id", ...NAMES].filter((column) => !column.endsWith("_text")).map((column) => `${column} AS ${column}`);
	const select = `SELECT ${read.join(", ")} FROM ${table} ORDER BY id`;
	const selectLast = `${select} DESC LIMIT 1`;
	const insert = `INSERT INTO ${table} (${NAMES.join(", ")}) VALUES (${NAMES.map(() => "?").join(", ")})`;

	function assertWritable(): void {
		const nulls = NAMES.map(() => "NULL").join(", ");
		connection.run(`EXPLAIN INSERT INTO ${table} (${NAMES.join(", ")}) VALUES (${nulls})`);
	}

	function onTable<T>(work: () => T): T {
		try {
			return work();
		} catch (error) {
			throw foreignTable(connection, name, HISTORY_TABLE, error) ?? error;
		}
	}

	function rows(sql: string): readonly RecordedEvent[] {
		if (!tableExists(connection, name)) return [];
		return onTable(() => connection.query(sql)).map((row) => recordedEvent(name, row));
	}

	return {
		table: name,
		create() {
			const columns = Object.entries(COLUMNS).map(([column, type]) => `${column} ${type}`);
			connection.run(`CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY, ${columns.join(", ")})`);
			onTable(assertWritable);
		},
		exists: () => tableExists(connection, name),
		assertWritable,
		last: () => rows(selectLast)[0],
		read: () => rows(select),
		texts(id) {
			const sql = `SELECT up_text AS up, down_text AS down FROM ${table} WHERE id = ?`;
			const [row] = onTable(() => connection.query(sql, [BigInt(id)]));
			return { up: text(row?.up), down: text(row?.down) };
		},
		fingerprint: () => JSON.stringify(rows(select), (_, value) => (typeof value === "bigint" ? String(value) : value)),
		add(events, stamp) {
			onTable(() => {
				for (const event of events) connection.change(insert, valuesOf(event, stamp, keepsTexts));
			});
		},
	};
}

function valuesOf(event: HistoryEvent, stamp: string | undefined, keepsTexts: boolean): readonly SqlValue[] {
	const { op, version, direction, target, title, at, checksum, downChecksum, upText, downText, by, note } = event;
	const texts = keepsTexts ? [upText, downText] : [undefined, undefined];
	const given = [direction, target, title, at, stamp, checksum, downChecksum, ...texts, by, note, event.durationMs];
	return [FORMAT, op, version, ...given, event.digest].map((value) => value ?? null);
}

function recordedEvent(name: string, row: Readonly<Record<string, SqlValue>>): RecordedEvent {
	const { id, format, op, version, target, at, written_by: by, duration_ms: durationMs } = row;
	if (typeof format !== "bigint" || format > FORMAT) {
		const message = `the table ${name} was written by a newer godwit (format ${format}, this one knows ${FORMAT}); use that one, or x-history=off`;
		throw new MigrateError("ERR_HISTORY_FORMAT", message, { format: String(format) });
	}
	if (typeof version !== "bigint" || typeof target !== "bigint") {
		throw new MigrateError("ERR_DATABASE", `the table ${name} is not as godwit wrote it: row ${id} has no version`, {});
	}
	return {
		id: Number(id),
		op: String(op) as RecordedEvent["op"],
		version,
		direction: row.direction === null ? undefined : (String(row.direction) as RecordedEvent["direction"]),
		target,
		title: text(row.title),
		at: String(at),
		stamp: text(row.stamp),
		checksum: text(row.checksum),
		downChecksum: text(row.down_checksum),
		by: String(by),
		note: text(row.note),
		durationMs: durationMs === null || durationMs === undefined ? undefined : Number(durationMs),
		digest: text(row.digest),
	};
}

function text(value: SqlValue | undefined): string | undefined {
	return typeof value === "string" ? value : undefined;
}
