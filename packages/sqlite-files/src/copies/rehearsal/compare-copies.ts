import type { ComparedTable, RowComparison, TracedTables } from "@godwit/core";
import { BEFORE, compareDatabases, compareRows, type SqliteConnection } from "@godwit/sqlite";
import { copyFailure } from "../copy-failure.ts";
import type { AttachedCopy } from "./attached-copies.ts";

export interface ComparedCopies {
	/** The copy of the database, and of what it was before. */
	readonly path: string;
	readonly before: string;
	readonly attached: readonly AttachedCopy[];
	readonly connect: (path: string) => SqliteConnection;
	readonly isTool: (table: string) => boolean;
	/** What fails, for messages: `cannot rehearse on a copy of app.db`. */
	readonly what: string;
}

/** It is not known which statement did what to the tables of another file: all of their rows are compared, under their own names. */
const UNTRACED: TracedTables = {
	isUntouched: () => false,
	tableNow: (table) => table,
	columnNow: (_, column) => column,
};

/** Compares the copies of the database, and of the files that were attached, with what they were before. */
export function compareCopies(copies: ComparedCopies, tables: TracedTables): Omit<RowComparison, "bytes"> {
	const { isTool } = copies;
	const main = between(copies, copies, (connection) => compareDatabases(connection, { tables, isTool }));
	const others = copies.attached.map(({ schema, file, ...paths }) => {
		const found = between(copies, paths, (connection) => compareDatabases(connection, { tables: UNTRACED, isTool }));
		return {
			tables: found.tables.map((table) => namedIn(schema, table)),
			violations: found.violations.map(({ table, parent, ...counts }) => {
				return { table: `${schema}.${table}`, parent: `${schema}.${parent}`, ...counts };
			}),
			damage: found.damage.map((line) => `${file}: ${line}`),
			gaps: found.gaps.map((gap) => `${file}: ${gap}`),
		};
	});
	return {
		tables: [...main.tables, ...others.flatMap((other) => other.tables)],
		violations: [...main.violations, ...others.flatMap((other) => other.violations)],
		damage: [...main.damage, ...others.flatMap((other) => other.damage)],
		gaps: [...main.gaps, ...others.flatMap((other) => other.gaps)],
	};
}

/** As `compareCopies`, of the rows alone. */
export function compareRowsOfCopies(copies: ComparedCopies, tables: TracedTables): readonly ComparedTable[] {
	const { isTool } = copies;
	const main = between(copies, copies, (connection) => compareRows(connection, { tables, isTool }));
	const others = copies.attached.flatMap(({ schema, ...paths }) =>
		between(copies, paths, (connection) => compareRows(connection, { tables: UNTRACED, isTool })).map((table) =>
			namedIn(schema, table),
		),
	);
	return [...main, ...others];
}

function namedIn(schema: string, table: ComparedTable): ComparedTable {
	const { name, nameBefore } = table;
	return {
		...{ ...table, attached: schema, name: `${schema}.${name}` },
		...(nameBefore !== undefined && { nameBefore: `${schema}.${nameBefore}` }),
	};
}

function between<T>(
	{ connect, what }: ComparedCopies,
	{ path, before }: Pick<ComparedCopies, "path" | "before">,
	work: (connection: SqliteConnection) => T,
): T {
	const connection = connect(path);
	try {
		connection.run(`ATTACH '${before.replaceAll("'", "''")}' AS ${BEFORE}`);
		return work(connection);
	} catch (error) {
		if (connection.resultCode(error) === undefined) throw error;
		// Nothing is written but what SQLite sorts.
		throw copyFailure(connection, { what, room: "SQLite's temporary files (SQLITE_TMPDIR)" }, error);
	} finally {
		connection.close();
	}
}
