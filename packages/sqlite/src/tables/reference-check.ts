import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import type { Statement } from "../statements/statement.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import { danglingReferences } from "./dangling-references.ts";
import { assertNoNewViolations, foreignKeyViolations } from "./foreign-key-check.ts";

/** Checks the options `danglingReferences` and `foreignKeyCheck` for one body. */
export interface ReferenceCheck {
	/** Called before each statement of the body. */
	beforeStatement(statement: Statement): void;
	/**
	 * Belongs after the body. Inside a transaction the error rolls the body back.
	 *
	 * @throws MigrateError `ERR_DANGLING_REFERENCE`, `ERR_FOREIGN_KEY`.
	 */
	assertKept(): void;
}

/** Belongs before the body. */
export function referenceCheck(connection: SqliteConnection, config: SqliteConfig): ReferenceCheck {
	const before = config.foreignKeyCheck ? foreignKeyViolations(connection) : undefined;
	const references = danglingReferences(connection);
	return {
		beforeStatement(statement) {
			if (config.danglingReferences !== "allow") references.beforeStatement(statement);
		},
		assertKept() {
			references.assertNone();
			if (before !== undefined) assertNoNewViolations(connection, before);
		},
	};
}
