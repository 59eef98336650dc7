import type { Configuration, Process } from "./configurations/configuration.ts";
import type { StepName } from "./step-name.ts";
import { STEPS } from "./steps/steps.ts";
import { type Next, type Successor, Turn } from "./turn.ts";
import {
	blankProcess,
	Clock,
	cloneWorld,
	type ProcessState,
	processAt,
	Stat,
	Status,
	Task,
	type World,
} from "./world.ts";

export function initialWorld(configuration: Configuration): World {
	return {
		page0: 1,
		page1: 1,
		journal: 0,
		original0: 0,
		original1: 0,
		link: 0,
		members: 0,
		writer: 0,
		claim: 0,
		clock: configuration.ticks ? Clock.old : Clock.fine,
		commit: 1,
		row: 0,
		version: 0,
		effects: 0,
		transactions: 0,
		kills: configuration.kills ?? 0,
		processes: configuration.processes.map((process) => startProcess(process, 0)),
	};
}

const FIRST: Readonly<Record<Process["kind"], readonly [StepName, number]>> = {
	"native run": ["enter: look", Task.takeRow],
	"wasm run": ["wasm: look", Task.takeRow],
	"native application": ["begin: shared", Task.insert],
	"wasm application": ["folder: mkdir", Task.insert],
	"native reader": ["reader: quiet", Task.none],
	"wasm reader": ["reader: quiet", Task.none],
	unlock: ["unlock: look", Task.clearRow],
};

export function startProcess(process: Process, generation: number): ProcessState {
	const state = blankProcess(Status.running, generation);
	[state.step, state.task] = FIRST[process.kind];
	if (process.kind.endsWith("application")) state.remaining = process.transactions ?? 1;
	return state;
}

/** Each world that one step of one process, a kill, a start or a tick of the clock can lead to. */
export function successors(world: World, configuration: Configuration): Successor[] {
	const found: Successor[] = [];
	for (const [index, process] of configuration.processes.entries()) {
		const state = processAt(world, index);
		if (state.status === Status.running) {
			found.push(...makeStep(new Turn(world, index, configuration, configuration.processes, false)));
			if (world.kills > 0)
				found.push({ label: `${process.kind} ${index}: KILLED`, world: kill(world, index), optional: true });
		} else if (state.status === Status.dead && state.generation < (process.restarts ?? 0)) {
			found.push({
				label: `${process.kind} ${index}: starts again`,
				world: startAgain(world, index, process),
				optional: true,
			});
		}
	}
	if (world.clock === Clock.fresh) found.push({ label: "the clock ticks", world: tick(world), optional: true });
	return found;
}

export function makeStep(turn: Turn): Next {
	if (turn.me.step === "none") throw new Error(`${turn.name} has no step`);
	return STEPS[turn.me.step](turn);
}

function kill(world: World, index: number): World {
	const next = cloneWorld(world);
	next.processes[index] = blankProcess(Status.dead, processAt(world, index).generation);
	next.kills--;
	return next;
}

function startAgain(world: World, index: number, process: Process): World {
	const next = cloneWorld(world);
	next.processes[index] = startProcess(process, processAt(world, index).generation + 1);
	return next;
}

function tick(world: World): World {
	const next = cloneWorld(world);
	next.clock = Clock.old;
	for (const state of next.processes) if (state.stat === Stat.blind) state.stat = Stat.unchanged;
	return next;
}
