import { cleanUpAfter } from "@godwit/core";
import type { SqliteConnection } from "../sqlite-connection.ts";
import { readSettings, writeSettings } from "./connection-state.ts";

/**
 * Runs `work` with foreign keys off, and puts the setting back. Belongs outside a transaction, where the setting takes
 * effect, see https://sqlite.org/pragma.html#pragma_foreign_keys
 */
export async function withForeignKeysOff(connection: SqliteConnection, work: () => Promise<void>): Promise<void> {
	const before = readSettings(connection, ["foreign_keys"]);
	writeSettings(connection, new Map([["foreign_keys", 0n]]));
	try {
		await work();
	} catch (error) {
		throw await cleanUpAfter(error, async () => writeSettings(connection, before));
	}
	writeSettings(connection, before);
}
