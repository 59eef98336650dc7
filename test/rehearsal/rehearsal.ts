/**
 * Rehearses migrations on a large database, and prints how long that took beside the copy and the migrations themselves, and how much
 * memory: `pnpm rehearsal [--megabytes N] [--scheme SCHEME]`.
 *
 * Exits with 1 when all but the migrations took more than three times as long as the copy on sqlite-native, when the process had 250 MB,
 * or when a byte of the database has changed. The page cache is warm: the database was written just before.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runRehearsal } from "./run-rehearsal.ts";

const { values } = parseArgs({
	options: {
		megabytes: { type: "string", default: "200" },
		scheme: { type: "string", default: "sqlite-native" },
	},
});
const { scheme } = values;
const MOST_COPIES = 3;
const MOST_MB = 250;

const folder = mkdtempSync(join(tmpdir(), "godwit-rehearsal-"));
try {
	const run = await runRehearsal({ folder, scheme, megabytes: Number(values.megabytes) });
	const { copyMs, migrationsMs, durationMs, peakRssMb } = run;
	const copies = (durationMs - migrationsMs) / copyMs;
	console.log(`${scheme}: ${run.megabytes.toFixed(0)} MB, ${run.compared} rows; ${run.clean ? "clean" : "not clean"}`);
	for (const finding of run.findings) console.log(finding);
	console.log(
		`copied in ${copyMs.toFixed(0)} ms, migrated up and down in ${migrationsMs.toFixed(0)} ms, rehearsed in ${durationMs.toFixed(0)} ms`,
	);
	console.log(`without the migrations ${copies.toFixed(2)} times the copy; peak memory ${peakRssMb?.toFixed(0)} MB`);
	console.log(run.untouched ? "every byte of the database is as before" : "THE DATABASE HAS CHANGED");
	const tooLong = scheme === "sqlite-native" && copies > MOST_COPIES;
	const tooLarge = peakRssMb === undefined || peakRssMb >= MOST_MB;
	if (!run.clean || !run.untouched || !run.rowsAreBack || tooLong || tooLarge) process.exitCode = 1;
} finally {
	rmSync(folder, { recursive: true, force: true });
}
