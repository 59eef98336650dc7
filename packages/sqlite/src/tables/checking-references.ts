import { retryWhileBusy } from "../connection/busy-retry.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import type { Statement } from "../statements/statement.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import { danglingReferences } from "./dangling-references.ts";
import { assertNoNewViolations, foreignKeyViolations } from "./foreign-key-check.ts";

/** What has to be told of each statement before it runs. */
export interface ReferenceWatch {
	watch(statement: Statement): void;
}

/**
 * Holds a body to `danglingReferences` and `foreignKeyCheck`; inside a transaction the error rolls it back.
 *
 * @throws MigrateError `ERR_DANGLING_REFERENCE`, `ERR_FOREIGN_KEY`.
 */
export async function checkingReferences(
	connection: SqliteConnection,
	config: SqliteConfig,
	work: (watch: ReferenceWatch) => Promise<void>,
): Promise<void> {
	const before = config.foreignKeyCheck ? foreignKeyViolations(connection) : undefined;
	const references = danglingReferences(connection);
	await work(config.danglingReferences === "allow" ? { watch() {} } : references);
	// Outside a transaction another connection's may be in the way.
	await retryWhileBusy(connection, config.busyTimeoutMs, () => references.assertNone());
	if (before !== undefined) assertNoNewViolations(connection, before);
}
