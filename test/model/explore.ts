import { findStuckAlone } from "./alone.ts";
import type { Configuration } from "./configurations/configuration.ts";
import { initialWorld, successors } from "./model.ts";
import { showWorld } from "./show-world.ts";
import type { StepName } from "./step-name.ts";
import { type Successor, Violation } from "./turn.ts";
import { decodeWorld, encodeDisk, encodeWorld, Status, type World } from "./world.ts";

export interface Exploration {
	readonly states: number;
	readonly steps: number;
	/** Whether every state was visited. */
	readonly complete: boolean;
	/** What does not hold. */
	readonly violation: string | undefined;
	/** The shortest way to it, one line for each step. */
	readonly trace: readonly string[];
	readonly seconds: number;
}

export interface ExploreOptions {
	/** Default 10 million. */
	readonly maxStates?: number;
	/** Is given each step that a process is at. */
	readonly reached?: Set<StepName>;
}

/** Visits every state that the configuration can get into, those with the fewest steps first, up to a violation. */
export function explore(configuration: Configuration, options: ExploreOptions = {}): Exploration {
	const explorer = new Explorer(configuration, options);
	const started = performance.now();
	const fault = explorer.run();
	return {
		states: explorer.states.length,
		steps: explorer.steps,
		complete: !explorer.cut,
		violation: fault?.message,
		trace: fault === undefined ? [] : explorer.traceTo(fault.state, fault.message),
		seconds: (performance.now() - started) / 1000,
	};
}

interface Fault {
	readonly message: string;
	readonly state: number;
}

class Explorer {
	readonly states: string[] = [];
	steps = 0;
	cut = false;
	private readonly configuration: Configuration;
	private readonly maxStates: number;
	private readonly reached: Set<StepName> | undefined;
	private readonly seen = new Set<string>();
	private readonly parents: number[] = [];
	private readonly checkedAlone = new Map<string, string | undefined>();

	constructor(configuration: Configuration, options: ExploreOptions) {
		this.configuration = configuration;
		this.maxStates = options.maxStates ?? 10_000_000;
		this.reached = options.reached;
	}

	run(): Fault | undefined {
		this.add(encodeWorld(initialWorld(this.configuration)), -1);
		for (let state = 0; state < this.states.length; state++) {
			if (this.states.length > this.maxStates) {
				this.cut = true;
				return undefined;
			}
			const message = this.visit(state);
			if (message !== undefined) return { message, state };
		}
		return undefined;
	}

	private add(text: string, parent: number): void {
		if (this.seen.has(text)) return;
		this.seen.add(text);
		this.states.push(text);
		this.parents.push(parent);
	}

	private visit(state: number): string | undefined {
		const world = this.worldOf(state);
		const running = world.processes.filter((process) => process.status === Status.running);
		for (const process of running) this.reached?.add(process.step);
		let found: readonly Successor[];
		try {
			found = successors(world, this.configuration);
		} catch (error) {
			if (error instanceof Violation) return error.message;
			throw error;
		}
		for (const successor of found) this.add(encodeWorld(successor.world), state);
		this.steps += found.length;
		if (running.length === 0) return this.checkAlone(world);
		const stuck = found.every((successor) => successor.optional);
		return stuck && !this.configuration.mayWaitForPerson ? "nobody can go on" : undefined;
	}

	private checkAlone(world: World): string | undefined {
		if (this.configuration.alone === undefined) return undefined;
		const disk = encodeDisk(world) + world.processes.map((process) => process.generation).join("");
		if (!this.checkedAlone.has(disk)) this.checkedAlone.set(disk, findStuckAlone(world, this.configuration));
		return this.checkedAlone.get(disk);
	}

	private worldOf(state: number): World {
		return decodeWorld(this.states[state] ?? "");
	}

	/** Steps are not kept. They are found again on the way back. */
	traceTo(last: number, message: string): string[] {
		const lines = [`=> ${message}`];
		for (let state = last; state > 0; state = this.parents[state] ?? 0) {
			const text = this.states[state];
			const found = successors(this.worldOf(this.parents[state] ?? 0), this.configuration);
			const step = found.find((successor) => encodeWorld(successor.world) === text);
			if (step !== undefined) lines.unshift(`${step.label.padEnd(70)} ${showWorld(step.world, this.configuration)}`);
		}
		return lines;
	}
}
