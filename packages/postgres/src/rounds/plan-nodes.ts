import type { Row } from "../connection/postgres-connection.ts";

/**
 * A part of a plan, as `EXPLAIN (FORMAT JSON, VERBOSE)` writes it.
 *
 * @see https://www.postgresql.org/docs/current/sql-explain.html
 */
export interface PlanNode {
	readonly "Node Type": string;
	readonly Schema?: string;
	/** The table that it reads, or that the statement changes. */
	readonly "Relation Name"?: string;
	/** `SubPlan` and `InitPlan` are subqueries. */
	readonly "Parent Relationship"?: string;
	readonly Output?: readonly string[];
	readonly "Group Key"?: readonly string[];
	readonly Filter?: string;
	readonly Plans?: readonly PlanNode[];
}

/** The plan in the rows of an EXPLAIN; `undefined` where there is not one alone. */
export function explained(rows: readonly Row[]): PlanNode | undefined {
	const [row] = rows;
	const plans: readonly { readonly Plan?: PlanNode }[] = JSON.parse(String(row?.["QUERY PLAN"]));
	return plans.length === 1 ? plans[0]?.Plan : undefined;
}

/** A node and all below it. */
export function allNodes(node: PlanNode): readonly PlanNode[] {
	return [node, ...(node.Plans ?? []).flatMap(allNodes)];
}

/** A node and those below it that are in no subquery. */
export function outerNodes(node: PlanNode): readonly PlanNode[] {
	return [node, ...(node.Plans ?? []).filter((child) => !isSubquery(child)).flatMap(outerNodes)];
}

/** The nodes below a node that are in a subquery. */
export function subqueryNodes(node: PlanNode): readonly PlanNode[] {
	return (node.Plans ?? []).flatMap((child) => (isSubquery(child) ? allNodes(child) : subqueryNodes(child)));
}

function isSubquery(node: PlanNode): boolean {
	const relationship = node["Parent Relationship"];
	return relationship === "SubPlan" || relationship === "InitPlan";
}
