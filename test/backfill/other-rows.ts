import BetterSqlite3 from "better-sqlite3";

/** Counts the rows that were there before the backfill, of the first `rows`, and are not the same in two databases. */
export function otherRows(database: string, other: string, rows: number): number {
	const connection = new BetterSqlite3(database, { readonly: true });
	try {
		connection.prepare("ATTACH ? AS other").run(other);
		const differing = connection.prepare(
			"SELECT count(*) FROM (SELECT id, a, b FROM main.t WHERE id <= ? EXCEPT SELECT id, a, b FROM other.t)",
		);
		const counted = connection.prepare(
			"SELECT (SELECT count(*) FROM main.t WHERE id <= ?) - (SELECT count(*) FROM other.t)",
		);
		return Number(differing.pluck().get(rows)) + Math.abs(Number(counted.pluck().get(rows)));
	} finally {
		connection.close();
	}
}

/** Counts the rows of the table, and those without the value that the backfill gives. */
export function countRows(database: string): { readonly rows: number; readonly unfilled: number } {
	const connection = new BetterSqlite3(database, { readonly: true });
	try {
		const [rows, unfilled] = connection.prepare("SELECT count(*), sum(b IS NOT a * 2) FROM t").raw().get() as [
			number,
			number,
		];
		return { rows, unfilled };
	} finally {
		connection.close();
	}
}
