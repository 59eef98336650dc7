import { retryWhileBusy } from "../connection/busy-retry.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import type { Statement } from "../statements/statement.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import { danglingReferences } from "./dangling-references.ts";
import { assertNoNewViolations, foreignKeyViolations } from "./foreign-key-check.ts";

/** Notes which tables a body removes. */
export interface ReferenceCheck {
	/** Called before each statement of a body. */
	beforeStatement(statement: Statement): void;
}

/**
 * Runs a body, and checks the options `danglingReferences` and `foreignKeyCheck` after it. Inside a transaction the error
 * rolls the body back.
 *
 * @throws MigrateError `ERR_DANGLING_REFERENCE`, `ERR_FOREIGN_KEY`.
 */
export async function withReferenceCheck(
	connection: SqliteConnection,
	config: SqliteConfig,
	work: (check: ReferenceCheck) => Promise<void>,
): Promise<void> {
	const before = config.foreignKeyCheck ? foreignKeyViolations(connection) : undefined;
	const references = danglingReferences(connection);
	await work(config.danglingReferences === "allow" ? { beforeStatement() {} } : references);
	// Outside a transaction another connection's transaction may be in the way.
	await retryWhileBusy(connection, config.busyTimeoutMs, () => references.assertNone());
	if (before !== undefined) assertNoNewViolations(connection, before);
}
