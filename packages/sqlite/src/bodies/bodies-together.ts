import type { ApplyOutcome, MigrationBody, VersionChange } from "@godwit/core";
import { bodySavepoint } from "../connection/body/body-savepoint.ts";
import type { ConnectionSession } from "../connection/settings/connection-session.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { transactionEndedError } from "../sqlite-error.ts";
import { withStatements } from "../statements/split/statements.ts";
import type { BodiesBefore } from "../tables/version-recorder.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import type { BeforeStatement } from "./body-inside.ts";
import type { BodySteps } from "./body-steps.ts";
import type { BodyTransactions } from "./body-transactions.ts";

export interface BodiesTogetherOptions {
	readonly connection: SqliteConnection;
	readonly config: SqliteConfig;
	readonly session: ConnectionSession;
	readonly transactions: BodyTransactions;
	readonly steps: BodySteps;
	/** Records the version, at the end of the transaction. */
	readonly record: (change: VersionChange, before: BodiesBefore) => void;
}

/** Records the version in the transaction of several bodies, which `work` runs. */
export type RunTogether = <T>(
	change: VersionChange,
	work: (run: (body: MigrationBody) => Promise<ApplyOutcome>) => Promise<T>,
) => Promise<T>;

/** Returns a function that runs several bodies in one transaction. A body that asks to run otherwise is declined. */
export function bodiesTogether(options: BodiesTogetherOptions): RunTogether {
	const { connection, config, transactions, steps, record } = options;
	return (change, work) =>
		transactions.ofBodies(change, async () => {
			let before: BodiesBefore = { allowed: false, uncertain: false };
			const result = await work((body) =>
				withStatements(body, async (statements) => {
					const { directives } = statements;
					if (directives.has("until-done") || config.noTxWrap || directives.has("no-transaction")) return "declined";
					const { allowed, uncertain } = await amongOthers(options, (each) => steps.inside(statements, each));
					before = { allowed: before.allowed || allowed, uncertain };
					return "applied";
				}),
			);
			if (!connection.inTransaction) throw transactionEndedError();
			record(change, before);
			return result;
		});
}

/** Runs a body in a transaction of several, of which it leaves as little to the next ones as when it runs in one of its own. */
async function amongOthers<T>(
	{ connection, session }: BodiesTogetherOptions,
	run: (before: BeforeStatement) => T | Promise<T>,
): Promise<T> {
	const savepoint = bodySavepoint(connection);
	const result = await run(savepoint.beforeStatement);
	savepoint.release();
	session.betweenBodies();
	return result;
}
