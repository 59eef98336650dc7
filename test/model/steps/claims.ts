import { isAlive } from "../liveness.ts";
import type { Turn } from "../turn.ts";
import { type ProcessState, Watched, type World } from "../world.ts";

/** Whether nobody has a claim on the link, or nobody who can still use it. */
export function mayClaim(turn: Turn): boolean {
	const { claim } = turn.world;
	if (claim === 0 || claim - 1 === turn.owner) return true;
	const liveness = turn.liveness(1 << (claim - 1));
	if (liveness === "dead" || (liveness === "unknown" && turn.alone)) return true;
	if (liveness === "alive" || turn.isWasm || turn.without("aged claims")) return false;
	return turn.without("age of claims") || !isAlive(turn.world, claim - 1);
}

/** Whether the link is still the one that was looked at. */
export function linkUnchanged(turn: Turn): boolean {
	if (turn.without("new ids")) return turn.world.writer === turn.me.watchedWriter;
	return turn.me.watched === Watched.unchanged;
}

export function watchLink(turn: Turn, me: ProcessState): void {
	me.watched = Watched.unchanged;
	if (turn.without("new ids")) me.watchedWriter = turn.world.writer;
}

export function forgetLink(me: ProcessState): void {
	me.watched = Watched.nothing;
	me.watchedWriter = 0;
	me.text = 0;
}

export function dropClaim(turn: Turn, world: World, me: ProcessState): void {
	if (world.claim === turn.owner + 1) world.claim = 0;
	forgetLink(me);
}
