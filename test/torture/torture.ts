/**
 * Kills, starves and races godwit, and prints what it survived: `pnpm torture [--seed N] [--rounds N] [--minutes N]`.
 *
 * With `--minutes` it is a soak, random within its seed, for that long.
 * Exits with 1 when something did not hold, and says what.
 */
import { parseArgs } from "node:util";
import { rehearseRecovery } from "./crash-rehearsal.ts";
import { type Rehearsal, rehearse } from "./harmed-run.ts";
import { BAD_PLACES, survivePlace } from "./places.ts";
import { everyNth, faultPoints, killPoints, surviveAll } from "./points.ts";
import { FIELDS, race } from "./race.ts";
import { runTwo } from "./run-two.ts";
import { soak } from "./soak.ts";
import { type CaseSummary, summaryTable, table } from "./summary.ts";
import { BACKEND_NAMES, CASES, caseName } from "./torture-case.ts";

const { values } = parseArgs({
	options: {
		seed: { type: "string", default: process.env.GODWIT_SEED ?? "1" },
		/** Of each race. */
		rounds: { type: "string", default: "50" },
		processes: { type: "string", default: "32" },
		minutes: { type: "string" },
		/** Visits every n-th point only, beginning where the seed says. */
		stride: { type: "string", default: "1" },
	},
});
const seed = Number(values.seed);
const rounds = Number(values.rounds);
const processes = Number(values.processes);
const stride = Number(values.stride);

console.log(`seed ${seed}`);
if (values.minutes === undefined) await everything();
else await soakFor(Number(values.minutes));

async function everything(): Promise<void> {
	const cases: CaseSummary[] = [];
	for (const which of CASES) cases.push(await surviveCase(caseName(which), await rehearse(which)));
	for (const name of BACKEND_NAMES) {
		cases.push(await surviveCase(`${name}, repairing after a kill`, await rehearseRecovery(name)));
	}
	const places = [];
	for (const place of BAD_PLACES) {
		const survived = await runTwo(CASES, (which) => holds(() => survivePlace(which, place)));
		places.push([place.name, CASES.length, survived.filter((held) => held).length]);
		progress(`${place.name}: ${CASES.length} runs`);
	}
	const races = [];
	for (const killed of [0, Math.ceil(processes / 4)]) {
		for (const field of FIELDS) {
			const survived = await holds(() => race({ field, processes, rounds, seed, killed }));
			races.push([field, processes, rounds, rounds * killed, survived ? rounds : "no"]);
			progress(`race of ${field}: ${rounds} rounds, ${rounds * killed} kills`);
		}
	}
	console.log(`\n${summaryTable(cases)}\n`);
	console.log(`${table(["place", "runs", "survived"], places)}\n`);
	console.log(table(["race", "processes", "rounds", "kills", "survived"], races));
}

async function surviveCase(name: string, begun: Rehearsal): Promise<CaseSummary> {
	using rehearsal = begun;
	const kills = await surviveAll(rehearsal, everyNth(await killPoints(rehearsal), stride, seed));
	const faults = await surviveAll(rehearsal, everyNth(await faultPoints(rehearsal), stride, seed));
	for (const failure of [...kills.failures, ...faults.failures]) report(failure);
	progress(`${name}: ${kills.points} kills, ${faults.points} faults`);
	return { name, kills, faults };
}

async function holds(work: () => Promise<unknown>): Promise<boolean> {
	try {
		await work();
		return true;
	} catch (error) {
		report((error as Error).message);
		return false;
	}
}

function report(failure: string): void {
	process.exitCode = 1;
	progress(`FAILED ${failure}`);
}

async function soakFor(minutes: number): Promise<void> {
	const deadline = performance.now() + minutes * 60_000;
	const { lives, harms } = await soak(seed, () => performance.now() < deadline);
	console.log(`${lives} databases came through ${harms} kills and faults`);
}

function progress(text: string): void {
	process.stderr.write(`${text}\n`);
}
