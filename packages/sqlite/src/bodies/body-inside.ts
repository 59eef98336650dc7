import type { Statement } from "@godwit/sql";
import type { ConnectionSession } from "../connection/settings/connection-session.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { transactionEndedError } from "../sqlite-error.ts";
import { forEachBatch, type Statements } from "../statements/split/statements.ts";
import { referenceCheck } from "../tables/foreign-keys/reference-check.ts";
import type { OwnTables, OwnTablesBody } from "../tables/own-tables.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import { andThen } from "./and-then.ts";
import { runInTransaction } from "./run-body.ts";

export interface BodyInsideOptions {
	readonly connection: SqliteConnection;
	readonly config: SqliteConfig;
	readonly session: ConnectionSession;
	readonly ownTables: (body: OwnTablesBody) => OwnTables;
}

export type BeforeStatement = (statement: Statement) => void;

/**
 * @param before Optional: called before each statement, after all that may refuse it.
 * @param after Optional: called after each.
 */
export type RunInside = (
	body: Statements,
	before?: BeforeStatement,
	after?: () => void,
) => OwnTables | Promise<OwnTables>;

/**
 * Returns a function that runs the statements of one body in the transaction that is open, and returns what the body has done
 * to godwit's own tables. It returns no promise when the statements are all there.
 */
export function bodyInside({ connection, config, session, ownTables }: BodyInsideOptions): RunInside {
	return (body, before, after) => {
		// One that failed, or code of the caller's, can have ended it; what ran then would be there for good.
		if (!connection.inTransaction) throw transactionEndedError();
		const own = ownTables({ directives: body.directives, inTransaction: true });
		const references = referenceCheck(connection, config);
		const running = forEachBatch(body, (statements) =>
			runInTransaction(
				connection,
				statements,
				(statement) => {
					own.beforeStatement(statement);
					references.beforeStatement(statement);
					session.beforeStatement(statement);
					before?.(statement);
				},
				after,
			),
		);
		return andThen(running, () => {
			references.assertKept();
			references.end();
			own.assertKept();
			return own;
		});
	};
}
