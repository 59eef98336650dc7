import { inTruthAlive } from "../liveness.ts";
import type { StepName } from "../step-name.ts";
import { type Next, type Step, type Turn, WAIT } from "../turn.ts";
import { Link, Outcome, setLink } from "../world.ts";
import { watchLink } from "./claims.ts";

/** `godwit unlock`: a person says that nobody who may hold the lock runs any more, and is right. */
export const unlockSteps = {
	"unlock: look": look,
	"unlock: rmdir": removeFolder,
} satisfies Partial<Record<StepName, Step>>;

function look(turn: Turn): Next {
	const { world } = turn;
	if (turn.isMember) return turn.go("is named in the link", "begin: shared");
	if (world.link === Link.none) return turn.end("nothing to clear", Outcome.done);
	if (inTruthAlive(world, world.members) !== 0 && !turn.without("nobody runs")) return WAIT;
	if (turn.without("roll back before removal")) {
		return turn.go("removes what is there", "begin: shared", (next) => setLink(next, Link.none, 0));
	}
	if (world.link === Link.folder) return turn.go("leaves the folder in place, as its cover", "begin: shared");
	return turn.go("takes the link over", "enter: claim", (_, me) => {
		watchLink(turn, me);
		me.text = turn.bit;
	});
}

function removeFolder(turn: Turn): Next {
	return turn.end("rmdir", Outcome.done, (next) => {
		if (next.link === Link.folder) setLink(next, Link.none, 0);
	});
}
