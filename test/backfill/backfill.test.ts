import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import { countRows, otherRows } from "./other-rows.ts";
import { runBackfill } from "./run-backfill.ts";

const ROWS = 5000;

it("a backfill that is killed twice beside an application that inserts all the time loses no row, and ends as the statement run whole", async () => {
	const folder = mkdtempSync(join(tmpdir(), "godwit-backfill-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	const { application, killed, database, untouched } = await runBackfill({
		folder,
		scheme: "sqlite-node",
		rows: ROWS,
		batch: 500,
		kills: 2,
	});
	expect(killed).toBe(2);
	expect(countRows(database)).toEqual({ rows: ROWS + application.inserts, unfilled: 0 });
	const whole = new BetterSqlite3(untouched);
	whole.exec("UPDATE t SET b = a * 2 WHERE b IS NULL");
	whole.close();
	expect(otherRows(database, untouched, ROWS)).toBe(0);
});
