import { cleanUpAfter } from "@godwit/core";
import type { Statement } from "@godwit/sql";
import { retryWhileBusy } from "../../connection/busy-retry.ts";
import type { SqliteConnection } from "../../connection/sqlite-connection.ts";
import type { SqliteConfig } from "../../url/sqlite-config.ts";
import { danglingReferences } from "./dangling-references.ts";
import { foreignKeyCheck } from "./foreign-key-check.ts";

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
	/** Deletes what was noted. A roll-back does so, too. */
	end(): void;
}

/** Belongs before the body. */
export function referenceCheck(connection: SqliteConnection, config: SqliteConfig): ReferenceCheck {
	const references = config.danglingReferences === "allow" ? undefined : danglingReferences(connection);
	const violations = config.foreignKeyCheck ? foreignKeyCheck(connection) : undefined;
	return {
		beforeStatement(statement) {
			references?.beforeStatement(statement);
			violations?.beforeStatement(statement);
		},
		assertKept() {
			references?.assertNone();
			violations?.assertNoNew();
		},
		end() {
			violations?.end();
		},
	};
}

/** Runs a body with its check outside a transaction, where another connection's transaction may be in the way. */
export async function withReferenceCheck(
	connection: SqliteConnection,
	config: SqliteConfig,
	work: (check: ReferenceCheck) => Promise<void>,
): Promise<void> {
	const check = await retryWhileBusy(connection, config, () => referenceCheck(connection, config));
	try {
		await work(check);
		await retryWhileBusy(connection, config, check.assertKept);
	} catch (error) {
		throw await cleanUpAfter(error, async () => check.end());
	}
	check.end();
}
