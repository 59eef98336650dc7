/**
 * Fills a column of millions of rows in rounds, beside an application that inserts all the time, and prints how long that had to wait:
 * `pnpm backfill [--rows N] [--batch N] [--kills N] [--scheme SCHEME]`. Then golang-migrate runs the same file, and the rows are compared;
 * that needs Go.
 *
 * Exits with 1 when the application waited for as long as two rounds and gaps, when a row is another one, or when a run was not killed.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildReference } from "../reference/reference.ts";
import { countRows, otherRows } from "./other-rows.ts";
import { runBackfill } from "./run-backfill.ts";

const { values } = parseArgs({
	options: {
		rows: { type: "string", default: "2000000" },
		batch: { type: "string", default: "10000" },
		kills: { type: "string", default: "5" },
		scheme: { type: "string", default: "sqlite-native" },
	},
});
const [rows, batch, kills] = [Number(values.rows), Number(values.batch), Number(values.kills)];
const ms = (duration: number): string => `${duration.toFixed(1)} ms`;
/** What godwit leaves to others at least, see docs/large-tables.md. */
const GAP_MS = 100;

const { migrate } = await buildReference();
const folder = mkdtempSync(join(tmpdir(), "godwit-backfill-"));
try {
	const result = await runBackfill({ folder, scheme: values.scheme, rows, batch, kills });
	const { application, killed, roundsMs } = result;
	const roundMs = Math.max(...roundsMs);
	const limitMs = 2 * (roundMs + Math.max(GAP_MS, roundMs));
	console.log(
		`${values.scheme}: ${rows} rows in rounds of ${batch}; ${roundsMs.length} rounds in ${ms(result.durationMs)}`,
	);
	console.log(`killed ${killed} times of ${kills}`);
	console.log(`longest round ${ms(roundMs)}; two rounds and gaps ${ms(limitMs)}`);
	console.log(
		`application: ${application.inserts} inserts, the median took ${ms(application.medianMs)}, the longest ${ms(application.longestMs)}`,
	);

	execFileSync(migrate, ["-path", result.migrations, "-database", `sqlite3://${result.untouched}`, "up"]);
	const other = otherRows(result.database, result.untouched, rows);
	const counted = countRows(result.database);
	console.log(`golang-migrate, the same file: ${other} other rows; ${counted.unfilled} rows without a value`);
	const complete = counted.unfilled === 0 && counted.rows === rows + application.inserts;
	if (application.longestMs >= limitMs || other > 0 || !complete || killed < kills) process.exitCode = 1;
} finally {
	rmSync(folder, { recursive: true, force: true });
}
