/**
 * Rehearses migrations on a large database a few times, and prints how long that took beside the copy and the migrations themselves, and
 * how much memory: `pnpm rehearsal [--megabytes N] [--scheme SCHEME] [--rounds N]`.
 *
 * Exits with 1 when all but the migrations took more than three times as long as the copy on sqlite-native, by the median of the rounds,
 * or when in one of them the process had 250 MB, or a byte of the database has changed. The page cache is warm: the database was written
 * just before.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "../bench/statistics.ts";
import { type RehearsalRun, runRehearsal } from "./run-rehearsal.ts";

const { values } = parseArgs({
	options: {
		megabytes: { type: "string", default: "200" },
		scheme: { type: "string", default: "sqlite-native" },
		rounds: { type: "string", default: "5" },
	},
});
const { scheme } = values;
const MOST_COPIES = 3;
const MOST_MB = 250;

const ratios: number[] = [];
for (let round = 1; round <= Number(values.rounds); round++) {
	const run = await rehearsed();
	const { copyMs, migrationsMs, durationMs, peakRssMb } = run;
	const copies = (durationMs - migrationsMs) / copyMs;
	ratios.push(copies);
	console.log(`${scheme}: ${run.megabytes.toFixed(0)} MB, ${run.compared} rows; ${run.clean ? "clean" : "not clean"}`);
	for (const finding of run.findings) console.log(finding);
	console.log(
		`copied in ${copyMs.toFixed(0)} ms, migrated up and down in ${migrationsMs.toFixed(0)} ms, rehearsed in ${durationMs.toFixed(0)} ms`,
	);
	console.log(`without the migrations ${copies.toFixed(2)} times the copy; peak memory ${peakRssMb?.toFixed(0)} MB`);
	console.log(run.untouched ? "every byte of the database is as before" : "THE DATABASE HAS CHANGED");
	const tooLarge = peakRssMb === undefined || peakRssMb >= MOST_MB;
	if (!run.clean || !run.untouched || !run.rowsAreBack || tooLarge) process.exitCode = 1;
}
const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
console.log(
	`in ${ratios.length} rounds ${median(ratios).toFixed(2)} times the copy, ${least.toFixed(2)} to ${most.toFixed(2)}; at most ${MOST_COPIES} on sqlite-native`,
);
if (scheme === "sqlite-native" && !(median(ratios) <= MOST_COPIES)) process.exitCode = 1;

async function rehearsed(): Promise<RehearsalRun> {
	const folder = mkdtempSync(join(tmpdir(), "godwit-rehearsal-"));
	try {
		return await runRehearsal({ folder, scheme, megabytes: Number(values.megabytes) });
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
