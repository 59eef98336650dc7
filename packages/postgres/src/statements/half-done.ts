import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import type { PlacedStatement } from "./read-body.ts";
import { tokensOf } from "./tokens.ts";
import { detachesConcurrently } from "./transaction-rules.ts";

/** What a statement with CONCURRENTLY leaves when it fails in its midst. */
export interface HalfDone {
	readonly oid: string;
	/** As SQL. */
	readonly name: string;
	/** The table that a partition is being detached from, as SQL; `null` for an index. */
	readonly parent: string | null;
}

/** An index of a partitioned table is invalid until each partition has one, and one that another session builds until it is done. */
const INVALID_INDEXES = `SELECT i.indexrelid::text AS oid, i.indexrelid::regclass::text AS name, NULL AS parent FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
	WHERE NOT i.indisvalid AND c.relkind = 'i' AND NOT EXISTS (
		SELECT FROM pg_stat_progress_create_index AS p WHERE p.datname = current_database() AND p.pid <> pg_backend_pid() AND (p.index_relid = i.indexrelid
			OR p.index_relid IS NULL AND EXISTS (SELECT FROM pg_locks AS l WHERE l.pid = p.pid AND l.granted AND l.relation = i.indrelid)))`;

const PENDING_DETACHES =
	"SELECT inhrelid::text AS oid, inhrelid::regclass::text AS name, inhparent::regclass::text AS parent FROM pg_inherits WHERE inhdetachpending";

/** Returns what is half done in the database, of the kind that a statement with CONCURRENTLY leaves. */
export async function halfDone(
	connection: PostgresConnection,
	statement: PlacedStatement,
): Promise<readonly HalfDone[]> {
	const rows = await queryRows(connection, detachesConcurrently(statement) ? PENDING_DETACHES : INVALID_INDEXES);
	return rows.map(({ oid, name, parent }) => ({ oid: String(oid), name: String(name), parent: parent ?? null }));
}

/**
 * Returns what to do about what a statement has left that has failed, or about what is in its way; `undefined` when there is nothing.
 *
 * @param before What was half done already, which is somebody else's unless the statement makes an index of that name.
 */
export async function leftHalfDone(
	connection: PostgresConnection,
	statement: PlacedStatement,
	before: readonly HalfDone[],
): Promise<string | undefined> {
	const old = new Set(before.map(({ oid }) => oid));
	const left = (await halfDone(connection, statement)).filter(({ oid }) => !old.has(oid));
	const [first] = left;
	if (first === undefined) return inTheWay(statement, before);
	if (first.parent !== null) {
		return `it has left the partition half detached: ALTER TABLE ${first.parent} DETACH PARTITION ${first.name} FINALIZE ends that`;
	}
	return `it has left an invalid index, which is written and never read: DROP INDEX ${left.map(({ name }) => name).join(", ")} before you run it again`;
}

/** An earlier run may have left it. */
function inTheWay({ sql, keyword }: PlacedStatement, before: readonly HalfDone[]): string | undefined {
	if (keyword !== "CREATE") return undefined;
	const tokens = [...tokensOf(sql)];
	const after = tokens.findIndex(({ word }) => word === "CONCURRENTLY") + 1;
	const end = tokens.findIndex(({ word }, index) => index >= after && word === "ON");
	const made = tokens
		.slice(after, end)
		.map(({ start, end: to, word }) => (word === "" ? sql.slice(start, to) : word.toLowerCase()));
	const found = before.find(({ name }) => name === made.at(-1) || name.endsWith(`.${made.at(-1)}`));
	if (found === undefined) return undefined;
	return `the index ${found.name} is there and invalid, as a CONCURRENTLY that failed leaves it: DROP INDEX ${found.name} before you run it again`;
}
