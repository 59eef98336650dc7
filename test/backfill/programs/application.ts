/**
 * An application that inserts a row, 10 ms later the next, and measures how long each insert takes: `application.ts PATH`. It tells of its first row, and
 * ends when it is told to.
 */
import BetterSqlite3 from "better-sqlite3";
import type { Waits } from "../run-backfill.ts";

const [path = ""] = process.argv.slice(2);
// Longer than any wait, so that each is measured and none is an error.
const database = new BetterSqlite3(path, { timeout: 600_000 });
const insert = database.prepare("INSERT INTO t (a, b) VALUES (1, 2)");
const waits: number[] = [];
/** Leaves others room for a transaction, as an application with requests does. */
const PAUSE_MS = 10;
let timer = setTimeout(insertRow, PAUSE_MS);

function insertRow(): void {
	const began = performance.now();
	insert.run();
	waits.push(performance.now() - began);
	if (waits.length === 1) process.send?.("inserting");
	timer = setTimeout(insertRow, PAUSE_MS);
}

// Who has started it is gone, and nobody asks any more.
process.on("disconnect", () => process.exit());
process.on("message", () => {
	clearTimeout(timer);
	database.close();
	waits.sort((a, b) => a - b);
	const median = waits[Math.floor(waits.length / 2)] ?? 0;
	process.send?.({ inserts: waits.length, medianMs: median, longestMs: waits.at(-1) ?? 0 } satisfies Waits);
	process.disconnect();
});
