import { roundStatement } from "@godwit/sql";
import { type BusyTimeouts, retryWhileBusy } from "../../connection/busy-retry.ts";
import { withForeignKeysOff } from "../../connection/settings/foreign-keys-off.ts";
import type { SqliteConnection } from "../../connection/sqlite-connection.ts";
import { roundLanguage } from "../../statements/round-language.ts";
import type { WholeBody } from "../../statements/split/split-whole.ts";
import { assertDivisible } from "./assert-divisible.ts";

export interface DivisibleRoundsOptions {
	readonly connection: SqliteConnection;
	readonly config: BusyTimeouts;
}

/**
 * Returns a function that refuses a body whose rounds would not do what the whole statement does. It belongs before each round, outside a
 * transaction, and looks at a body once.
 *
 * @throws MigrateError `ERR_INVALID_BODY`.
 */
export function divisibleRounds({ connection, config }: DivisibleRoundsOptions): (body: WholeBody) => Promise<void> {
	let seen: string | undefined;
	return async (body) => {
		const round = roundStatement(body, roundLanguage);
		if (seen === round.whole.sql) return;
		await retryWhileBusy(connection, config, () =>
			withForeignKeysOff(connection, async () => {
				try {
					assertDivisible(connection, round);
				} catch (error) {
					// What cannot be compiled the round itself reports, with its place.
					if (connection.resultCode(error) !== "SQLITE_ERROR") throw error;
				}
			}),
		);
		seen = round.whole.sql;
	};
}
