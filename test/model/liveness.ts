import type { Process } from "./configurations/configuration.ts";
import { processAt, Status, type World } from "./world.ts";

export type Liveness = "alive" | "dead" | "unknown";

/** An owner is a process in one of its two generations. */
export function ownerOf(world: World, index: number): number {
	return index * 2 + processAt(world, index).generation;
}

export function isAlive(world: World, owner: number): boolean {
	const state = processAt(world, owner >> 1);
	return state.status === Status.running && state.generation === (owner & 1);
}

/** As process `index` can tell: "alive" when a member is seen alive, "dead" when all are seen dead. */
export function livenessOf(world: World, processes: readonly Process[], index: number, members: number): Liveness {
	let result: Liveness = "dead";
	for (let owner = 0; members >> owner > 0; owner++) {
		if ((members & (1 << owner)) === 0) continue;
		if (processes[owner >> 1]?.place !== processes[index]?.place) result = "unknown";
		else if (isAlive(world, owner)) return "alive";
	}
	return result;
}

/** The members that process `index` does not see dead. */
export function notSeenDead(world: World, processes: readonly Process[], index: number, members: number): number {
	let result = 0;
	for (let owner = 0; members >> owner > 0; owner++) {
		const member = members & (1 << owner);
		if (member !== 0 && livenessOf(world, processes, index, member) !== "dead") result |= member;
	}
	return result;
}

/** The members that live. Time, not a look, tells it: a lease is long enough for every living process. */
export function inTruthAlive(world: World, members: number): number {
	let result = 0;
	for (let owner = 0; members >> owner > 0; owner++) {
		const member = members & (1 << owner);
		if (member !== 0 && isAlive(world, owner)) result |= member;
	}
	return result;
}

export function countMembers(members: number): number {
	let count = 0;
	for (let rest = members; rest > 0; rest &= rest - 1) count++;
	return count;
}

/** The strongest lock that another process has on the file. */
export function strongestOther(world: World, index: number): number {
	let strongest = 0;
	for (const [other, state] of world.processes.entries()) {
		if (other !== index) strongest = Math.max(strongest, state.lock, state.readLock);
	}
	return strongest;
}

/** As SQLite has it: a journal is hot when nobody holds the lock of a writer. */
export function isHot(world: World, index: number): boolean {
	return world.journal !== 0 && strongestOther(world, index) < 2;
}
