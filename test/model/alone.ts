import type { Configuration, Process } from "./configurations/configuration.ts";
import { makeStep, startProcess } from "./model.ts";
import { type Next, Turn, Violation } from "./turn.ts";
import { blankProcess, cloneWorld, Outcome, processAt, Status, type World } from "./world.ts";

const MAX_STEPS = 300;

/** Nobody runs: each of the processes that must end well alone does so. Returns what does not hold. */
export function findStuckAlone(world: World, configuration: Configuration): string | undefined {
	for (const process of configuration.alone ?? []) {
		const fault = runAlone(world, configuration, process);
		if (fault !== undefined) return `a later ${process.kind} alone ${fault}`;
	}
	return undefined;
}

function runAlone(start: World, configuration: Configuration, process: Process): string | undefined {
	const processes = [...configuration.processes, process];
	const index = processes.length - 1;
	let world = cloneWorld(start);
	world.kills = 0;
	world.processes = start.processes.map((state) => blankProcess(Status.dead, state.generation));
	world.processes.push(startProcess(process, 0));
	for (let count = 0; processAt(world, index).status === Status.running; count++) {
		let found: Next;
		try {
			found = makeStep(new Turn(world, index, configuration, processes, true));
		} catch (error) {
			if (error instanceof Violation) return `fails: ${error.message}`;
			throw error;
		}
		const next = found.find((successor) => !successor.optional);
		if (next === undefined || count > MAX_STEPS) return `cannot go on at "${processAt(world, index).step}"`;
		world = next.world;
	}
	if (processAt(world, index).outcome !== Outcome.done) return `ends with ${processAt(world, index).outcome}`;
	if (process.kind.endsWith("run") && world.version !== (configuration.target ?? 1)) return `ends at ${world.version}`;
	return undefined;
}
