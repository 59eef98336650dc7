/**
 * godwit on node-sqlite3-wasm in the midst of a large transaction: `wasm-writer.ts PATH PIPE`.
 *
 * It writes "writing" to the pipe and commits when its input ends, or writes why it cannot begin.
 */
import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { isMigrateError, textBody } from "@godwit/core";
import { sqliteWasm } from "@godwit/sqlite-wasm";
import { CHANGE_ACCOUNTS } from "./accounts.ts";

const [path = "", pipe = ""] = process.argv.slice(2);
try {
	await using driver = await sqliteWasm.open(`sqlite-wasm://${path}?x-busy-timeout=0s`);
	await driver.transaction?.(async () => {
		await driver.run(textBody(CHANGE_ACCOUNTS));
		writeFileSync(pipe, "writing");
		await text(process.stdin);
	});
} catch (error) {
	writeFileSync(pipe, isMigrateError(error) ? error.code : String(error));
}
