import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import type { Connected } from "../connection/session.ts";
import { inTransaction } from "../connection/transaction.ts";
import { ownTables, structureTables } from "../structure/structure-queries.ts";
import { quoteIdentifier } from "../tables/literal.ts";

/** A table whose rows are compared. A partitioned one stands for its partitions. */
export interface TableToCompare {
	/** It stays the same when the table is renamed. */
	readonly oid: string;
	/** As SQL: with its schema where that is not the one of the version table, and quoted where it has to be. */
	readonly name: string;
	/** Without its schema, as the catalog has it. */
	readonly bareName: string;
	/** What rows are read from. */
	readonly from: string;
	/** Those that are stored, in their order. */
	readonly columns: readonly ComparedColumn[];
	/** The columns of the primary key, or else of a unique index without NULL and conditions; empty where there is none. */
	readonly key: readonly string[];
	/** All such keys. */
	readonly keys: readonly (readonly string[])[];
}

export interface ComparedColumn {
	readonly name: string;
	/** It stays the same when the column is renamed. */
	readonly number: string;
	/** Whether a value is shown without quotes. */
	readonly bare: boolean;
}

export interface TablesToCompare {
	/** Sorted by name. */
	readonly tables: readonly TableToCompare[];
	/** What is not compared, each in a sentence. */
	readonly gaps: readonly string[];
}

/** Names and values are written the same way before and afterwards, and no policy hides rows. */
const SETTINGS: readonly string[] = [
	"SET LOCAL TimeZone = 'UTC'",
	"SET LOCAL DateStyle = 'ISO, YMD'",
	"SET LOCAL IntervalStyle = 'postgres'",
	"SET LOCAL bytea_output = 'hex'",
	"SET LOCAL extra_float_digits = 1",
	"SET LOCAL row_security = off",
	"SET LOCAL statement_timeout = 0",
];

/** Does `work` in a transaction in which texts of values can be compared with those of another one. */
export async function comparably<T>(
	{ connection, names }: Connected,
	work: (connection: PostgresConnection) => Promise<T>,
): Promise<T> {
	const path = `SET LOCAL search_path = ${quoteIdentifier(names.schema)}`;
	return inTransaction(connection, { after: [...SETTINGS, path] }, async () => ({
		result: await work(connection),
		last: [],
	}));
}

const COLUMNS = `SELECT json_agg(json_build_object('name', a.attname, 'number', a.attnum::text, 'bare', t.typcategory IN ('N', 'B')) ORDER BY a.attnum)
	FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid WHERE a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''`;

const KEYS = `SELECT json_agg(k.names ORDER BY k.main DESC, k.index) FROM (
	SELECT i.indisprimary AS main, i.indexrelid AS index, json_agg(a.attname ORDER BY p.at) AS names
	FROM pg_index AS i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS p (number, at) JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = p.number
	WHERE i.indrelid = o.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AND p.at <= i.indnkeyatts
	GROUP BY i.indisprimary, i.indexrelid HAVING bool_and(a.attnotnull AND a.attgenerated = '')) AS k`;

/** Lists the tables of a database, without godwit's own and those of extensions. */
export async function tablesToCompare(connected: Connected): Promise<TablesToCompare> {
	const query = `WITH ${structureTables(ownTables(connected.names))}
		SELECT o.oid, o.oid::regclass AS name, o.relname AS bare, o.relkind AS kind, format('%s%I.%I', CASE o.relkind WHEN 'r' THEN 'ONLY ' END, n.nspname, o.relname) AS from,
			(${COLUMNS}) AS columns, (${KEYS}) AS keys
		FROM rel AS o JOIN pg_namespace AS n ON n.oid = o.relnamespace
		WHERE o.relkind IN ('r', 'p', 'm', 'f') AND NOT o.relispartition ORDER BY o.oid::regclass::text COLLATE "C"`;
	const rows = await comparably(connected, (connection) => queryRows(connection, query));
	const isTable = (kind: string | null | undefined): boolean => kind === "r" || kind === "p";
	return {
		tables: rows.filter(({ kind }) => isTable(kind)).map(tableOf),
		gaps: rows
			.filter(({ kind }) => !isTable(kind))
			.map(
				({ name, kind }) =>
					`the rows of the ${kind === "m" ? "materialized view" : "foreign table"} ${name} were not compared`,
			),
	};
}

function tableOf({ oid, name, bare, from, columns, keys }: Readonly<Record<string, string | null>>): TableToCompare {
	// Both are what the query above makes.
	const known = JSON.parse(keys ?? "[]") as readonly (readonly string[])[];
	return {
		...{
			oid: String(oid),
			name: String(name),
			bareName: String(bare),
			from: String(from),
			keys: known,
			key: known[0] ?? [],
		},
		columns: JSON.parse(columns ?? "[]") as readonly ComparedColumn[],
	};
}
