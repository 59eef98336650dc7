import type { StepName } from "../step-name.ts";
import { type Next, type Step, type Turn, WAIT } from "../turn.ts";
import { Link, Outcome, setLink, type World } from "../world.ts";

/** An application on the wasm library locks by a folder. It never rolls a journal back. Its transaction is in wasm-run. */
export const wasmApplicationSteps = {
	"folder: mkdir": makeFolder,
	"folder: rmdir": removeFolder,
} satisfies Partial<Record<StepName, Step>>;

function makeFolder(turn: Turn): Next {
	if (turn.world.link !== Link.none) return WAIT;
	return turn.go("mkdir", "wasm: read", (next) => setLink(next, Link.folder, turn.bit));
}

function removeFolder(turn: Turn): Next {
	const remove = (next: World): void => {
		if (next.link === Link.folder) setLink(next, Link.none, 0);
	};
	if (turn.me.remaining === 0) return turn.end("rmdir; ends", Outcome.done, remove);
	return turn.go("rmdir", "folder: mkdir", remove);
}
