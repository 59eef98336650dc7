import type { Turn } from "../turn.ts";
import { Task } from "../world.ts";

/**
 * Whether the row can be taken. There are two answers when its owner cannot be checked: a lease may be over at any
 * time, also while its owner lives.
 */
export function rowCanBeTaken(turn: Turn): readonly boolean[] {
	const { row } = turn.world;
	if (row === 0 || row - 1 === turn.owner) return [true];
	const liveness = turn.liveness(1 << (row - 1));
	if (liveness === "dead") return [true];
	if (liveness === "alive") return [false];
	return turn.alone ? [true] : [true, false];
}

/** The row is mine, and the version is the one that this migration starts from. */
export function guardHolds(turn: Turn): boolean {
	const { world, me } = turn;
	if (turn.without("guard") || (me.task !== Task.migrate && me.task !== Task.freeRow)) return true;
	return world.row === turn.owner + 1 && (me.task !== Task.migrate || world.version === me.seen);
}
