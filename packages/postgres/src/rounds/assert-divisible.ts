import { aggregateRounds, limitedRounds, readingRounds } from "@godwit/sql";
import { FailedMessage, type PostgresConnection } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import { roundLanguage } from "../statements/round-language.ts";
import { quoteLiteral } from "../tables/literal.ts";
import { allNodes, explained, outerNodes, type PlanNode, subqueryNodes } from "./plan-nodes.ts";
import type { RoundBodies } from "./round-bodies.ts";

/**
 * Refuses a statement whose rounds would not do what the whole statement does, as the server's plan for it tells: an UPDATE or a DELETE
 * that reads its table besides the rows that it changes, and an INSERT that inserts what it reads from its table, or what is computed of
 * several rows. Belongs into the transaction of a round, before it.
 *
 * @throws MigrateError `ERR_INVALID_BODY`.
 */
export async function assertDivisible(connection: PostgresConnection, bodies: RoundBodies): Promise<void> {
	const { statement } = bodies;
	const plan = await planOf(connection, statement.sql);
	// A rule makes other statements of it.
	if (plan === undefined || plan["Node Type"] !== "ModifyTable") return;
	if (statement.keyword === "INSERT") {
		if (outerNodes(plan).some(aggregates)) throw aggregateRounds(statement);
		if (outerNodes(plan).some((node) => node["Node Type"] === "Limit")) throw limitedRounds(statement);
	}
	if (await readsTarget(connection, bodies, plan)) {
		throw readingRounds(statement, plan["Relation Name"] ?? "", roundLanguage);
	}
}

/** `undefined` for what the server cannot plan, which the round itself reports, with its place. */
async function planOf(connection: PostgresConnection, sql: string): Promise<PlanNode | undefined> {
	await connection.send("SAVEPOINT godwit_plan");
	try {
		const plan = explained(await queryRows(connection, `EXPLAIN (FORMAT JSON, VERBOSE) ${sql}`));
		await connection.send("RELEASE SAVEPOINT godwit_plan");
		return plan;
	} catch (error) {
		if (!(error instanceof FailedMessage) || connection.lost !== undefined) throw error;
		await connection.send("ROLLBACK TO SAVEPOINT godwit_plan; RELEASE SAVEPOINT godwit_plan");
		return undefined;
	}
}

/** DISTINCT and a semi-join make groups too, of which nothing is computed. */
function aggregates(node: PlanNode): boolean {
	if (node["Node Type"] === "WindowAgg") return true;
	if (node["Node Type"] !== "Aggregate") return false;
	const keys = new Set((node["Group Key"] ?? []).map(bare));
	const computed = (node.Output ?? []).some((output) => !keys.has(bare(output)) && /\w\(/.test(output));
	return computed || node.Filter !== undefined;
}

function bare(expression: string): string {
	return expression.replace(/^\((.*)\)$/s, "$1");
}

async function readsTarget(
	connection: PostgresConnection,
	{ statement, values, changed }: RoundBodies,
	plan: PlanNode,
): Promise<boolean> {
	const family = await familyOf(connection, plan);
	const isTarget = (node: PlanNode): boolean => family.has(relation(node));
	if (statement.keyword === "INSERT") {
		const ofValues = values === undefined ? undefined : await planOf(connection, values);
		return ofValues !== undefined && subqueryNodes(ofValues).some(isTarget);
	}
	const scans = allNodes(plan).filter((node) => node !== plan);
	if (subqueryNodes(plan).some(isTarget)) return true;
	if (scans.some((node) => isTarget(node) && times(scans, node) > 1)) return true;
	if (!family.get(relation(plan))?.view || changed === undefined) return false;
	const view = await planOf(connection, `SELECT * FROM ${changed}`);
	if (view === undefined) return false;
	const ofView = allNodes(view);
	return scans.some((node) => times(ofView, node) > 0 && times(scans, node) > times(ofView, node));
}

/** How many nodes read the table that a node reads. */
function times(nodes: readonly PlanNode[], node: PlanNode): number {
	if (node["Relation Name"] === undefined) return 0;
	return nodes.filter((one) => relation(one) === relation(node)).length;
}

function relation(node: PlanNode): string {
	return JSON.stringify([node.Schema, node["Relation Name"]]);
}

/** The target with its partitions and the tables that inherit from it. */
async function familyOf(
	connection: PostgresConnection,
	target: PlanNode,
): Promise<ReadonlyMap<string, { readonly view: boolean }>> {
	const [schema, name] = [target.Schema ?? "", target["Relation Name"] ?? ""].map(quoteLiteral);
	const rows = await queryRows(
		connection,
		`WITH RECURSIVE family (oid) AS (SELECT to_regclass(format('%I.%I', ${schema}::text, ${name}::text))::oid UNION SELECT inhrelid FROM pg_inherits JOIN family ON inhparent = family.oid) SELECT nspname, relname, relkind = 'v' AS view FROM family JOIN pg_class USING (oid) JOIN pg_namespace AS n ON n.oid = relnamespace`,
	);
	return new Map(
		rows.map((row) => [
			relation({ "Node Type": "", Schema: String(row.nspname), "Relation Name": String(row.relname) }),
			{ view: row.view === "t" },
		]),
	);
}
