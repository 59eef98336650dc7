import { setTimeout as pause } from "node:timers/promises";
import { createTrace } from "@godwit/core";
import type { PostgresConnection, Row } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import type { Connected } from "../connection/session.ts";
import { BACKEND_START } from "../lock/server-session.ts";
import { literal } from "../tables/literal.ts";
import { describeSession, describeWork, SESSION_COLUMNS } from "./described-session.ts";

const trace = createTrace("godwit:postgres");

/** How to look at a session that waits, from another one. */
export interface WaitWatch {
	/** Connects once more to where the session is. It does not wait long for a server that does not answer. */
	readonly connect: () => Promise<PostgresConnection>;
	/** How long a statement runs before the first look, and the time from one look to the next, in milliseconds. */
	readonly everyMs: number;
}

/**
 * Runs a statement, and tells whom it waits for, again when that is another one. Where that cannot be found out, nothing is told: the
 * statement is all that counts.
 *
 * @param tell Hears the end of a sentence that begins with what waits: `waits for backend 4711 (...)`.
 */
export async function watchWaiting<T>(
	watch: WaitWatch,
	waiting: Connected,
	tell: (what: string) => void,
	statement: () => Promise<T>,
): Promise<T> {
	const done = new AbortController();
	const watching = tellBlockers(watch, waiting, { tell, done: done.signal }).catch((error: unknown) => {
		if (!done.signal.aborted) trace("it cannot be told what a statement waits for: %s", error);
	});
	try {
		return await statement();
	} finally {
		done.abort();
		await watching;
	}
}

interface Telling {
	readonly tell: (what: string) => void;
	readonly done: AbortSignal;
}

async function tellBlockers(
	{ connect, everyMs }: WaitWatch,
	waiting: Connected,
	{ tell, done }: Telling,
): Promise<void> {
	await pause(everyMs, undefined, { signal: done });
	const connection = await connect();
	if (done.aborted) return connection.close();
	// A query that the server does not answer ends with it.
	const closed = new Promise<void>((resolve) => {
		done.addEventListener("abort", () => resolve(connection.close()), { once: true });
	});
	try {
		for (let told = ""; ; await pause(everyMs, undefined, { signal: done })) {
			const blockers = await queryRows(connection, selectBlockers(waiting));
			const now = blockers.map(({ pid, began }) => `${pid} ${began}`).join();
			if (now === "" || now === told) continue;
			told = now;
			tell(describeBlockers(blockers));
		}
	} finally {
		await closed;
	}
}

/** A URL of several hosts may lead to another server, where the session is not. What looks is in nobody's way for long. */
function selectBlockers({ connection: { backend }, since }: Connected): string {
	const same = `pid = ${backend} AND ${BACKEND_START} IS NOT DISTINCT FROM ${literal(since)}`;
	return `SELECT ${SESSION_COLUMNS.replace("a.pid", "b.pid")}, a.xact_start::text AS began
		FROM (SELECT DISTINCT unnest(pg_blocking_pids(pid)) AS pid FROM pg_stat_activity WHERE ${same}) AS b
		LEFT JOIN pg_stat_activity AS a USING (pid) WHERE b.pid <> pg_backend_pid() ORDER BY a.xact_start, b.pid`;
}

/** The server gives prepared transactions, which are of no session, the number 0. */
const PREPARED = "0";

function describeBlockers(blockers: readonly Row[]): string {
	const [first] = blockers;
	if (first === undefined) return "";
	const others = blockers.length === 1 ? "" : `, and for ${blockers.length - 1} more`;
	if (first.pid === PREPARED) {
		return `waits for a prepared transaction${others}: pg_prepared_xacts has those of the server; end it with COMMIT PREPARED or ROLLBACK PREPARED`;
	}
	return `waits for ${describeSession(first)}${others}, ${describeWork(first)}; it goes on when that is over, and SELECT pg_terminate_backend(${first.pid}) ends it`;
}
