import type { Configuration, Process, Protection } from "./configurations/configuration.ts";
import { type Liveness, livenessOf, notSeenDead, ownerOf, strongestOther } from "./liveness.ts";
import type { StepName } from "./step-name.ts";
import {
	blankProcess,
	cloneWorld,
	Link,
	Outcome,
	type ProcessState,
	processAt,
	Status,
	Watched,
	type World,
} from "./world.ts";

/** What the protocol promises does not hold. */
export class Violation extends Error {}

export interface Successor {
	readonly label: string;
	readonly world: World;
	/** A kill, a start, a tick, or giving up: nobody may count on it. */
	readonly optional: boolean;
}

/** Each world that a step can lead to. */
export type Next = readonly Successor[];

/** The process waits: it can go on only when another one has changed the world. */
export const WAIT: Next = [];

export type Change = (world: World, me: ProcessState) => void;

/** One process, about to make its next step in one world. */
export class Turn {
	readonly world: World;
	readonly index: number;
	readonly process: Process;
	readonly me: ProcessState;
	readonly configuration: Configuration;
	/** All others are dead, and time passes: leases and claims run out. */
	readonly alone: boolean;
	private readonly processes: readonly Process[];

	constructor(
		world: World,
		index: number,
		configuration: Configuration,
		processes: readonly Process[],
		alone: boolean,
	) {
		const process = processes[index];
		if (process === undefined) throw new RangeError(`no process ${index}`);
		this.world = world;
		this.index = index;
		this.process = process;
		this.me = processAt(world, index);
		this.configuration = configuration;
		this.processes = processes;
		this.alone = alone;
	}

	get name(): string {
		return `${this.process.kind} ${this.index}`;
	}
	get owner(): number {
		return ownerOf(this.world, this.index);
	}
	get bit(): number {
		return 1 << this.owner;
	}
	/** Whether the link names this process. */
	get isMember(): boolean {
		return this.world.link >= Link.native && (this.world.members & this.bit) !== 0;
	}
	/** The strongest lock that another process has on the file. */
	get others(): number {
		return strongestOther(this.world, this.index);
	}
	get isWasm(): boolean {
		return this.process.kind.startsWith("wasm");
	}
	get isReader(): boolean {
		return this.process.kind.endsWith("reader");
	}

	without(protection: Protection): boolean {
		return this.process.without === protection;
	}
	liveness(members: number): Liveness {
		return livenessOf(this.world, this.processes, this.index, members);
	}
	notSeenDead(members: number): number {
		return notSeenDead(this.world, this.processes, this.index, members);
	}
	/** Whether another process of this place has at least this lock on the file. */
	seesLock(atLeast: number): boolean {
		return this.world.processes.some(
			(state, other) =>
				other !== this.index &&
				this.processes[other]?.place === this.process.place &&
				Math.max(state.lock, state.readLock) >= atLeast,
		);
	}

	go(label: string, next: StepName, change?: Change, optional = false): Next {
		const world = cloneWorld(this.world);
		const me = processAt(world, this.index);
		change?.(world, me);
		me.step = next;
		return this.next(label, world, optional);
	}

	end(label: string, outcome: number, change?: Change, optional = false): Next {
		if (outcome === Outcome.refused && this.configuration.neverRefuses) {
			throw new Violation(`${this.name} refuses because of a process that only reads`);
		}
		const world = cloneWorld(this.world);
		change?.(world, processAt(world, this.index));
		const blank = blankProcess(Status.done, this.me.generation);
		blank.outcome = outcome;
		world.processes[this.index] = blank;
		return this.next(label, world, optional);
	}

	/** Both pages must be of the last commit when somebody builds upon them. */
	checkPages(): void {
		const { page0, page1, commit } = this.world;
		if (page0 === commit && page1 === commit) return;
		const what = page0 === page1 ? "a wrong" : "a half-written";
		throw new Violation(`${this.name} reads ${what} database: pages ${page0} and ${page1}, last commit ${commit}`);
	}

	private next(label: string, world: World, optional: boolean): Next {
		this.noticeLink(world);
		if (this.processes.every((process) => process.without === undefined || process.without === "close before link")) {
			this.checkOpen(world);
		}
		return [{ label: `${this.name}: ${label}`, world, optional }];
	}

	/** Whoever has looked at the link before this step changed it can see that it is another one. */
	private noticeLink(world: World): void {
		if (world.link === this.world.link && world.members === this.world.members) return;
		if (this.without("new ids")) {
			world.writer = world.link === Link.none ? 0 : this.owner + 1;
			return;
		}
		for (const [other, state] of world.processes.entries()) {
			if (other !== this.index && state.watched !== Watched.nothing) state.watched = Watched.changed;
		}
	}

	/** A connection that can write is open inside the link only. */
	private checkOpen(world: World): void {
		if (this.process.noLinks || this.process.kind === "native application" || this.process.kind === "unlock") return;
		const me = processAt(world, this.index);
		if (me.open === 0 || me.status !== Status.running) return;
		const inside = world.link === Link.native && (world.members & this.bit) !== 0;
		if (!inside) throw new Violation(`${this.name} has the file open outside its link`);
	}
}

export type Step = (turn: Turn) => Next;
