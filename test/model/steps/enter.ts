import { countMembers, inTruthAlive } from "../liveness.ts";
import type { StepName } from "../step-name.ts";
import { type Next, type Step, type Turn, WAIT } from "../turn.ts";
import { Link, Outcome, type ProcessState, setLink, type World } from "../world.ts";
import { dropClaim, forgetLink, linkUnchanged, mayClaim, watchLink } from "./claims.ts";
import { insideWasm } from "./wasm-run.ts";

/** Makes the link, joins a native one, or takes a dead wasm one over. Claims are the same for wasm and for unlock. */
export const enterSteps = {
	"enter: look": look,
	"enter: claim": claim,
	"enter: check": check,
	"enter: rename": rename,
	"enter: plain rename": plainRename,
} satisfies Partial<Record<StepName, Step>>;

function look(turn: Turn): Next {
	if (turn.isReader || turn.isMember) return lookOn(turn);
	return [...turn.end("gives up waiting", Outcome.gaveUp, undefined, true), ...lookOn(turn)];
}

function lookOn(turn: Turn): Next {
	const { world, process } = turn;
	if (process.noLinks) {
		return world.link === Link.none ? turn.go("finds nothing, can make nothing", "begin: shared") : WAIT;
	}
	if (turn.isMember) return turn.go("is named in the link", "begin: shared");
	if (world.link === Link.none) {
		return turn.go("makes the link", "begin: shared", (next) => setLink(next, Link.native, turn.bit));
	}
	if (mustWait(turn)) return WAIT;
	return turn.go("looks at the link", "enter: claim", (_, me) => {
		watchLink(turn, me);
		me.text = newMembers(turn);
	});
}

function mustWait(turn: Turn): boolean {
	const { world } = turn;
	if (world.link === Link.folder) return true;
	if (world.link === Link.wasm) return turn.liveness(world.members) !== "dead";
	return isFull(turn, newMembers(turn)) && !turn.without("wait when full");
}

function isFull(turn: Turn, members: number): boolean {
	return countMembers(members) > (turn.process.memberLimit ?? Number.POSITIVE_INFINITY);
}

/** What the new link will say. It is fixed here, from what the look has shown. */
function newMembers(turn: Turn): number {
	const { world, bit } = turn;
	if (turn.isWasm || turn.process.kind === "unlock" || world.link !== Link.native) return bit;
	if (turn.without("members that cannot be checked")) return bit;
	const kept = turn.notSeenDead(world.members);
	if (!isFull(turn, kept | bit)) return kept | bit;
	if (turn.process.dropsAged) return inTruthAlive(world, kept) | bit;
	return turn.without("wait when full") ? bit : kept | bit;
}

/** Where to look again when the link has changed. */
function again(turn: Turn): StepName {
	if (turn.isWasm) return "wasm: look";
	return turn.process.kind === "unlock" ? "unlock: look" : "enter: look";
}

function inside(turn: Turn): StepName {
	return turn.isWasm ? insideWasm(turn) : "begin: shared";
}

function claim(turn: Turn): Next {
	if (!linkUnchanged(turn)) return turn.go("the link has changed", again(turn), (_, me) => forgetLink(me));
	if (turn.without("claim to join")) return turn.go("readlink: the same", "enter: plain rename");
	if (!mayClaim(turn)) return WAIT;
	return turn.go("makes the claim", "enter: check", (next) => {
		next.claim = turn.owner + 1;
	});
}

function check(turn: Turn): Next {
	if (linkUnchanged(turn)) return turn.go("under the claim: the link is the same", "enter: rename");
	return turn.go("the link has changed; removes the claim", again(turn), (next, me) => dropClaim(turn, next, me));
}

function rename(turn: Turn): Next {
	const { claim: holder } = turn.world;
	if (holder === 0) return turn.go("rename fails: the claim is gone", again(turn), (_, me) => forgetLink(me));
	const target = holder - 1 === turn.owner ? inside(turn) : again(turn);
	return turn.go("renames the claim over the link", target, (next, me) => renameClaim(turn, next, me));
}

/** The rename takes what is at the claim's path by now, whoever wrote it. */
export function renameClaim(turn: Turn, next: World, me: ProcessState): void {
	const holder = turn.world.claim - 1;
	const members = holder === turn.owner ? me.text : turn.world.members | (1 << holder);
	setLink(next, turn.isWasm ? Link.wasm : Link.native, members);
	next.claim = 0;
	forgetLink(me);
}

function plainRename(turn: Turn): Next {
	return turn.go("renames a new link over what is there", "begin: shared", (next, me) => {
		setLink(next, Link.native, me.text);
		forgetLink(me);
	});
}
