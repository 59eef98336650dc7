import type { SqliteConnection } from "../../connection/sqlite-connection.ts";

/** How SQLite goes through the tables of a statement. */
export interface QueryPlan {
	/** How many tables it goes through outside of subqueries. */
	readonly outerLoops: number;
	/**
	 * How many times it reads one of these indexes and not the rows of its table.
	 *
	 * @param besidesFirst Leaves out the first loop outside of subqueries.
	 */
	coveringReads(indexes: readonly string[], besidesFirst: boolean): number;
}

interface Step {
	readonly id: string;
	readonly parent: string;
	readonly detail: string;
}

/** @see https://sqlite.org/eqp.html */
export function queryPlan(connection: SqliteConnection, sql: string): QueryPlan {
	const steps: readonly Step[] = connection.query(`EXPLAIN QUERY PLAN ${sql}`).map(({ id, parent, detail }) => ({
		id: String(id),
		parent: String(parent),
		detail: String(detail),
	}));
	const loops = steps.filter(
		({ parent, detail }) => parent === "0" && /^(?:SCAN|SEARCH|MULTI-INDEX OR)\b/.test(detail),
	);
	const [first] = loops;
	const inFirst = new Set(first === undefined ? [] : [first.id]);
	// A step comes after the one that it is a part of.
	for (const { id, parent } of steps) if (inFirst.has(parent)) inFirst.add(id);
	return {
		outerLoops: loops.length,
		coveringReads: (indexes, besidesFirst) =>
			steps.filter(
				({ id, detail }) => !(besidesFirst && inFirst.has(id)) && indexes.some((index) => isCoveredBy(index, detail)),
			).length,
	};
}

function isCoveredBy(index: string, detail: string): boolean {
	const [, after] = detail.split(` COVERING INDEX ${index}`, 2);
	if (after !== undefined) return after === "" || after.startsWith(" (");
	return detail === `USING INDEX ${index} FOR IN-OPERATOR`;
}
