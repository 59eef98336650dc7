import { literal } from "../tables/literal.ts";
import { RESET } from "./lent-connection.ts";
import type { StatementResult } from "./postgres-connection.ts";
import type { Connected } from "./session.ts";

/** They are asked for before the transaction sets its own, and without a query, which would end the choice of what it sees. */
const TIMEOUTS = ["lock_timeout", "statement_timeout"];

const OTHERS = `SELECT name, setting FROM pg_settings WHERE source = 'session' AND name NOT IN (${TIMEOUTS.map(literal).join(", ")}) UNION ALL SELECT 'role', current_setting('role')`;

/**
 * Returns the first statements of a transaction, with those around them that `restoringSettings` needs. A session that a pooler
 * lends for one transaction is as somebody else has left it.
 */
export function aroundSettings({ own }: Connected, first: readonly string[]): readonly string[] {
	return own ? first : [...TIMEOUTS.map((name) => `SHOW ${name}`), ...first, OTHERS];
}

/**
 * Returns the statements after which the session's settings are as they were before the transaction, whatever a body has set. They
 * belong before its COMMIT.
 *
 * @param results Of the statements that `aroundSettings` gave.
 */
export function restoringSettings({ own, reset }: Connected, results: readonly StatementResult[]): readonly string[] {
	if (own) return reset;
	const timeouts = results.slice(0, TIMEOUTS.length).flatMap(({ rows }) => rows.flatMap((row) => Object.entries(row)));
	const others = results.at(-1)?.rows.map(({ name, setting }) => [name, setting] as const) ?? [];
	const values = [...timeouts, ...others].map(
		(pair) => `(${pair.map((text) => literal(text ?? undefined)).join(", ")})`,
	);
	return [
		...RESET,
		`SELECT set_config(name, value, FALSE) FROM (VALUES ${values.join(", ")}) AS was(name, value) WHERE current_setting(name) <> value`,
	];
}
