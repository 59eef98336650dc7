import type { Row } from "../connection/postgres-connection.ts";
import { shownQuery } from "../statements/shown-query.ts";

/** What `describeSession` and `describeWork` read, of `pg_stat_activity AS a`. */
export const SESSION_COLUMNS =
	"a.pid, a.application_name, a.usename, a.backend_type, a.state, date_trunc('second', clock_timestamp() - a.xact_start)::text AS age, a.query";

/** Returns who it is: `backend 4711 (application "psql", user ada)`. */
export function describeSession({ pid, application_name, usename, backend_type: kind }: Row): string {
	// A process of the server's own has no user.
	if (usename === null && kind !== null) return `backend ${pid} (${kind})`;
	return `backend ${pid} (application "${application_name}", user ${usename})`;
}

/** Returns what it does: `in a transaction of 00:12:03, idle after: SELECT 1`. */
export function describeWork({ age, state, query }: Row): string {
	// To another user the server shows nothing of it but who it is.
	if (age === null) return "in a transaction that this user may not look at";
	const idle = state?.startsWith("idle") === true ? ", idle after" : "";
	return `in a transaction of ${age}${idle}: ${shownQuery(query ?? "")}`;
}
