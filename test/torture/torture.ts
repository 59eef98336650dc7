/**
 * Kills, starves and races godwit, and prints what it survived: `pnpm torture [--seed N] [--rounds N] [--minutes N]`.
 *
 * With `--case TEXT` it does nothing but the cases with that text in their names, as in `--case "a second file"`.
 * With `--copies` it does nothing but kill backups and restores.
 * With `--races` it does nothing but the races of `--processes`, those of one kind with `--of "all three"`.
 * With `--minutes` it is a soak, random within its seed, for that long.
 * Exits with 1 when something did not hold, and says what.
 */
import { parseArgs } from "node:util";
import { COPY_CASES, copyCaseName, copyKillPoints, rehearseCopy, surviveCopyKills } from "./copies.ts";
import { rehearseRecovery } from "./crash-rehearsal.ts";
import { endThreads } from "./ended-threads.ts";
import { LIBRARIES, raceForeign } from "./foreign-application.ts";
import { type Rehearsal, rehearse } from "./harmed-run.ts";
import { lockPoints, rehearseLock, surviveLockKills } from "./lock-kills.ts";
import { BAD_PLACES, survivePlace } from "./places.ts";
import { everyNth, faultPoints, killPoints, surviveAll } from "./points.ts";
import { RACE_BACKENDS, type RaceBackends, race } from "./race.ts";
import { runTwo } from "./run-two.ts";
import { soak } from "./soak.ts";
import { type CaseSummary, summaryTable, table } from "./summary.ts";
import { ALL_BACKENDS, BACKEND_NAMES, CASES, caseName, FURTHER_CASES } from "./torture-case.ts";

const { values } = parseArgs({
	options: {
		seed: { type: "string", default: process.env.GODWIT_SEED ?? "1" },
		/** Of each race. */
		rounds: { type: "string", default: "50" },
		processes: { type: "string", default: "32" },
		minutes: { type: "string" },
		races: { type: "boolean", default: false },
		copies: { type: "boolean", default: false },
		/** One kind of race. */
		of: { type: "string" },
		/** The cases whose name has this text, and nothing else. */
		case: { type: "string" },
		/** Visits every n-th point only, beginning where the seed says. */
		stride: { type: "string", default: "1" },
	},
});
const seed = Number(values.seed);
const rounds = Number(values.rounds);
const processes = Number(values.processes);
const stride = Number(values.stride);

console.log(`seed ${seed}`);
if (values.copies) console.log(copyTable(await surviveCopies()));
else if (values.races) console.log(raceTable(await allRaces(racesOf(values.of))));
else if (values.case !== undefined) console.log(summaryTable(await surviveCases(values.case)));
else if (values.minutes === undefined) await everything();
else await soakFor(Number(values.minutes));

async function everything(): Promise<void> {
	const cases = await surviveCases("");
	for (const name of BACKEND_NAMES) {
		cases.push(await surviveCase(`${name}, repairing after a kill`, await rehearseRecovery(name)));
	}
	const locks = [];
	for (const backend of ALL_BACKENDS) {
		for (const from of ["free", "dead"] as const) {
			using rehearsal = await rehearseLock(backend, from);
			const points = everyNth(await lockPoints(rehearsal), stride, seed);
			const { points: came, failures } = await surviveLockKills(rehearsal, points);
			for (const failure of failures) report(failure);
			const name = `${backend}, ${from === "free" ? "a free lock" : "a dead owner's lock"}`;
			locks.push([name, points.length, came, came - failures.length]);
			progress(`${name}: ${points.length} kills, ${came} followers`);
		}
	}
	const copies = await surviveCopies();
	const places = [];
	for (const place of BAD_PLACES) {
		const survived = await runTwo(CASES, (which) => holds(() => survivePlace(which, place)));
		places.push([place.name, CASES.length, survived.filter((held) => held).length]);
		progress(`${place.name}: ${CASES.length} runs`);
	}
	const races = await allRaces(RACE_BACKENDS);
	const foreign = [];
	for (const library of LIBRARIES) {
		for (const backend of BACKEND_NAMES) {
			const options = { library, backend, applications: 2, rounds, seed };
			const kills = Math.floor(rounds / 2);
			const survived = await holds(() => raceForeign(options));
			foreign.push([`2 applications on ${library}, ${backend}`, rounds, kills, survived ? rounds : "no"]);
			progress(`applications on ${library} beside ${backend}: ${rounds} rounds`);
		}
	}
	const threads = [];
	for (const backend of ALL_BACKENDS) {
		const survived = await holds(() => endThreads(backend, rounds, seed));
		threads.push([backend, rounds, survived ? rounds : "no"]);
		progress(`threads of ${backend} ended: ${rounds}`);
	}
	console.log(`\n${summaryTable(cases)}\n`);
	console.log(`${table(["holder killed at a call on its lock", "kill points", "followers", "survived"], locks)}\n`);
	console.log(`${copyTable(copies)}\n`);
	console.log(`${table(["place", "runs", "survived"], places)}\n`);
	console.log(`${raceTable(races)}\n`);
	console.log(`${table(["applications that write, and runs", "rounds", "kills", "survived"], foreign)}\n`);
	console.log(table(["threads ended in a run", "rounds", "survived"], threads));
}

/** @param part Of the names of the cases. @throws TypeError when there is none. */
async function surviveCases(part: string): Promise<CaseSummary[]> {
	const chosen = [...CASES, ...FURTHER_CASES].filter((which) => caseName(which).includes(part));
	if (chosen.length === 0) throw new TypeError(`there is no case with "${part}" in its name`);
	const cases: CaseSummary[] = [];
	for (const which of chosen) cases.push(await surviveCase(caseName(which), await rehearse(which)));
	return cases;
}

/** @throws TypeError for a kind of race that there is not. */
function racesOf(kind: string | undefined): readonly RaceBackends[] {
	if (kind === undefined) return RACE_BACKENDS;
	const found = RACE_BACKENDS.filter((known) => known === kind);
	if (found.length === 0) throw new TypeError(`there is no race of ${kind}; known are ${RACE_BACKENDS.join(", ")}`);
	return found;
}

type Row = readonly (string | number)[];

async function surviveCopies(): Promise<readonly Row[]> {
	const copies: Row[] = [];
	for (const which of COPY_CASES) {
		using rehearsal = await rehearseCopy(which);
		const points = everyNth(await copyKillPoints(rehearsal), stride, seed);
		const { killed, failures } = await surviveCopyKills(rehearsal, points);
		for (const failure of failures) report(failure);
		copies.push([copyCaseName(which), points.length, killed, killed - failures.length]);
		progress(`${copyCaseName(which)}: ${killed} kills`);
	}
	return copies;
}

function copyTable(copies: readonly Row[]): string {
	return table(["backup or restore that is killed", "kill points", "kills", "survived"], copies);
}

async function allRaces(kinds: readonly RaceBackends[]): Promise<readonly Row[]> {
	const races: Row[] = [];
	for (const killed of [0, Math.ceil(processes / 4)]) {
		for (const entrants of kinds) {
			const survived = await holds(() => race({ backends: entrants, processes, rounds, seed, killed }));
			races.push([entrants, processes, rounds, rounds * killed, survived ? rounds : "no"]);
			progress(`race of ${entrants}: ${rounds} rounds, ${rounds * killed} kills`);
		}
	}
	return races;
}

function raceTable(races: readonly Row[]): string {
	return table(["race", "processes", "rounds", "kills", "survived"], races);
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
