import { cleanUpAfter, type LockState } from "@godwit/core";
import type { Statement } from "@godwit/sql";
import { retryWhileBusy } from "../connection/busy-retry.ts";
import type { ConnectionSession } from "../connection/settings/connection-session.ts";
import type { KeptJournal } from "../connection/settings/kept-journal.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { inTransaction } from "../connection/transaction.ts";
import type { LockRow } from "../lock/lock-row.ts";
import type { Statements } from "../statements/split/statements.ts";
import { withReferenceCheck } from "../tables/foreign-keys/reference-check.ts";
import type { OwnTables, OwnTablesBody, RecordedVersion } from "../tables/own-tables.ts";
import type { VersionTable } from "../tables/version-table.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import type { BodyTransactions } from "./body-transactions.ts";
import { runWithoutTransaction } from "./run-body.ts";

/** First words of statements that can commit. */
const ENDS: ReadonlySet<string> = new Set(["COMMIT", "END", "RELEASE"]);

export interface BodyOutsideOptions {
	readonly connection: SqliteConnection;
	readonly config: SqliteConfig;
	readonly state: LockState;
	readonly row: LockRow;
	readonly versions: VersionTable;
	readonly journal: KeptJournal;
	readonly session: ConnectionSession;
	readonly transactions: BodyTransactions;
	readonly ownTables: (body: OwnTablesBody) => OwnTables;
}

/**
 * Returns a function that runs a body outside a transaction, statement by statement, and tells whether the body may have
 * changed the version, as it says. What ran before a failure stays.
 */
export function bodyOutside(options: BodyOutsideOptions): (body: Statements) => Promise<boolean> {
	const { connection, config, state, row, versions, journal, session, transactions, ownTables } = options;

	async function run(body: Statements): Promise<boolean> {
		await retryWhileBusy(connection, config, () => journal.remove());
		const own = ownTables({ directives: body.directives, inTransaction: false });
		try {
			await withReferenceCheck(connection, config, (references) =>
				runWithoutTransaction(connection, body, config, async (statement) => {
					await fence(statement);
					await retryWhileBusy(connection, config, () => {
						own.beforeStatement(statement);
						references.beforeStatement(statement);
						session.beforeStatement(statement);
					});
				}),
			);
			await retryWhileBusy(connection, config, () => own.assertKept());
			return own.allowed;
		} catch (error) {
			const { before } = own;
			// Without the lock nobody can tell whose doing a change is.
			if (before === undefined || !state.held) throw error;
			throw await cleanUpAfter(error, () => restore(before));
		}
	}

	/**
	 * Whoever has lost the lock runs nothing more. In a transaction of the body's own it is enough to look before the end, and
	 * before its first statement a look would begin it with a read, which can make a later write busy for good.
	 */
	async function fence({ keyword }: Statement): Promise<void> {
		if (!state.held || (connection.inTransaction && !ENDS.has(keyword))) return;
		if (row.lease.isDue() && !connection.inTransaction) await inTransaction(connection, config, () => row.fence());
		else await retryWhileBusy(connection, config, row.assertMine);
	}

	/** The mark that the file is under way must not go with what the file does to the table. */
	function restore({ stamp, ...version }: RecordedVersion): Promise<void> {
		return transactions.run(() => {
			row.fence();
			versions.create(stamp !== undefined);
			versions.write(version, true, stamp);
		});
	}

	return async (body) => {
		try {
			return await run(body);
		} catch (error) {
			throw await transactions.failure(error);
		}
	};
}
