import type { StepName } from "../step-name.ts";
import { type Change, type Next, type Step, type Turn, WAIT } from "../turn.ts";
import { Link, Outcome, setLink, Task } from "../world.ts";
import { dropClaim, forgetLink, linkUnchanged, mayClaim, watchLink } from "./claims.ts";
import { renameClaim } from "./enter.ts";

/** A native process takes itself out of the link. The last one out looks for a journal and unlinks. */
export const leaveSteps = {
	"leave: claim": claim,
	"leave: check": check,
	"leave: journal": journal,
	"leave: close": close,
	"leave: unlink": unlink,
	"leave: rename": rename,
	"leave: remove claim": removeClaim,
	"leave: plain unlink": plainUnlink,
} satisfies Partial<Record<StepName, Step>>;

function claim(turn: Turn): Next {
	if (!turn.isMember) return hasLeft(turn, "closes; its link is gone");
	if (turn.without("claim to leave")) return turn.go("readlink: its own", "leave: plain unlink");
	if (!mayClaim(turn)) return WAIT;
	return turn.go("leaves: makes the claim", "leave: check", (next, me) => {
		next.claim = turn.owner + 1;
		watchLink(turn, me);
	});
}

function check(turn: Turn): Next {
	if (!linkUnchanged(turn)) {
		return turn.go("the link has changed; removes the claim", "leave: claim", (next, me) => dropClaim(turn, next, me));
	}
	const rest = turn.notSeenDead(turn.world.members & ~turn.bit);
	const next = rest !== 0 || turn.without("journal before unlink") ? "leave: close" : "leave: journal";
	return turn.go(rest === 0 ? "no other member lives" : "will take itself out", next, (_, me) => {
		me.text = rest;
	});
}

/** The link alone keeps wasm applications from a journal that a dead member left. */
function journal(turn: Turn): Next {
	if (turn.world.journal === 0) return turn.go("no journal", "leave: close");
	return turn.go("a journal is there: reads, under the claim", "begin: shared", (_, me) => {
		me.task = Task.leave;
	});
}

function close(turn: Turn): Next {
	const next = turn.me.text === 0 ? "leave: unlink" : "leave: rename";
	const label = turn.without("close before link") ? "leaves the connection open" : "closes the connection";
	return turn.go(label, next, (_, me) => {
		if (!turn.without("close before link")) me.open = 0;
	});
}

function unlink(turn: Turn): Next {
	return turn.go("unlinks what is there", "leave: remove claim", (next, me) => {
		if (next.link !== Link.folder) setLink(next, Link.none, 0);
		forgetLink(me);
	});
}

function rename(turn: Turn): Next {
	if (turn.world.claim === 0) {
		return turn.go("rename fails: the claim is gone", "leave: claim", (_, me) => forgetLink(me));
	}
	return hasLeft(turn, "renames the claim, without itself, over the link", (next, me) => renameClaim(turn, next, me));
}

function removeClaim(turn: Turn): Next {
	return hasLeft(turn, "removes the claim", (next, me) => dropClaim(turn, next, me));
}

function plainUnlink(turn: Turn): Next {
	return hasLeft(turn, "unlinks what is there", (next) => {
		if (next.link !== Link.folder) setLink(next, Link.none, 0);
	});
}

/** Outside again: waits for the row, or ends. */
function hasLeft(turn: Turn, label: string, change?: Change): Next {
	const { outcome } = turn.me;
	if (outcome === Outcome.waitForRow) {
		return turn.go(label, "enter: look", (next, me) => {
			change?.(next, me);
			me.outcome = Outcome.done;
			me.task = Task.takeRow;
			me.open = 0;
		});
	}
	if (outcome === Outcome.freeRowLate) {
		return turn.go(label, "begin: shared", (next, me) => {
			change?.(next, me);
			me.outcome = Outcome.done;
			me.task = Task.freeRow;
		});
	}
	return turn.end(`${label}; ends`, outcome, change);
}
