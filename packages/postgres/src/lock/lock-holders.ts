import type { PostgresConnection, Row } from "../connection/postgres-connection.ts";
import type { Connected } from "../connection/session.ts";
import { peekLock } from "../tables/lock-row.ts";
import type { TableNames } from "../tables/table-names.ts";
import { isAlive, sessionIn } from "./server-session.ts";

export async function readRow(connection: PostgresConnection, names: TableNames): Promise<Row | undefined> {
	const [result] = await connection.send(peekLock(names));
	return result?.rows[0];
}

export function describeOwner(row: Row | undefined): string {
	return row?.locked === "t" ? `held by ${row.owner}` : "free";
}

/** Names the holder in the row, when it may be at work; `undefined` when the lock can be taken. */
export async function otherHolder(
	{ connection }: Connected,
	row: Row | undefined,
	holder: string,
): Promise<string | undefined> {
	if (row?.locked !== "t" || row.owner === null || row.owner === undefined) return undefined;
	// This holder's own row, from a release that failed.
	if (row.owner.endsWith(`(${holder})`)) return undefined;
	const session = sessionIn(row.owner);
	if (session === undefined ? row.leased !== "t" : !(await isAlive(connection, session))) return undefined;
	const lease = session === undefined ? `, which cannot be checked from here; its lease ends at ${row.expires_at}` : "";
	return `${row.owner}${lease}`;
}
