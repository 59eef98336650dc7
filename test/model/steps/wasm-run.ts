import type { StepName } from "../step-name.ts";
import { type Next, type Step, type Turn, WAIT } from "../turn.ts";
import { deleteJournal, Link, Lock, Outcome, setLink, Task, type World, writePage } from "../world.ts";
import { forgetLink, linkUnchanged, watchLink } from "./claims.ts";
import { commit, commitLabel, endTransaction, writeJournal } from "./commit.ts";
import { guardHolds, rowCanBeTaken } from "./lock-row.ts";

/** A wasm run holds the link from its lock to its unlock. A wasm reader that has to enter does so for its read. */
export const wasmRunSteps = {
	"wasm: look": look,
	"wasm: unlink dead": unlinkDead,
	"wasm: native locks": nativeLocks,
	"wasm: helper": helper,
	"wasm: look for a journal": lookForJournal,
	"wasm: roll back page 0": rollBackPage0,
	"wasm: roll back page 1": rollBackPage1,
	"wasm: roll back journal": rollBackJournal,
	"wasm: read": read,
	"wasm: journal": journal,
	"wasm: page 0": page0,
	"wasm: page 1": page1,
	"wasm: commit": commitStep,
	"wasm: undo page 0": undoPage0,
	"wasm: undo journal": undoJournal,
	"wasm: readlink": readlink,
	"wasm: unlink": unlink,
} satisfies Partial<Record<StepName, Step>>;

/** The first step of a wasm process that has its link. */
export function insideWasm({ process }: Turn): StepName {
	if (process.looks) return "wasm: native locks";
	return process.helper ? "wasm: helper" : "wasm: look for a journal";
}

function look(turn: Turn): Next {
	if (turn.isReader) return lookOn(turn);
	return [...turn.end("gives up waiting", Outcome.gaveUp, undefined, true), ...lookOn(turn)];
}

function lookOn(turn: Turn): Next {
	const { world } = turn;
	if (turn.isMember) return turn.go("has the link", insideWasm(turn));
	if (world.link === Link.none && turn.process.entersDeadLinkOnly) {
		return turn.go("nothing is there by now", "reader: quiet", (_, me) => {
			me.task = Task.none;
		});
	}
	if (world.link === Link.none) {
		return turn.go("makes the link", insideWasm(turn), (next) => setLink(next, Link.wasm, turn.bit));
	}
	if (world.link === Link.folder || turn.liveness(world.members) !== "dead") return WAIT;
	const next = turn.without("claim to take over") ? "wasm: unlink dead" : "enter: claim";
	return turn.go("sees that the link's owners are dead", next, (_, me) => {
		watchLink(turn, me);
		me.text = turn.bit;
	});
}

function unlinkDead(turn: Turn): Next {
	if (turn.me.text !== 0) {
		const next = linkUnchanged(turn) ? "wasm: unlink dead" : "wasm: look";
		return turn.go("readlink", next, (_, me) => forgetLink(me));
	}
	return turn.go("unlinks what is there", "wasm: look", (next) => {
		if (next.link !== Link.folder) setLink(next, Link.none, 0);
	});
}

function meansToWrite(turn: Turn): boolean {
	return turn.seesLock(turn.without("readers do not count") ? Lock.shared : Lock.reserved);
}

/** Without a helper, a lock that means to write is an application's: each native run is named in a native link. */
function nativeLocks(turn: Turn): Next {
	if (meansToWrite(turn)) {
		return turn.end("sees a native writer; refuses, and leaves its link on a journal", Outcome.refused, (next) => {
			if (next.journal === 0 && turn.isMember) setLink(next, Link.none, 0);
		});
	}
	return turn.go("sees no native writer", turn.process.helper ? "wasm: helper" : "wasm: look for a journal");
}

/** BEGIN EXCLUSIVE of the native connection. It waits as every native connection does. */
function helper(turn: Turn): Next {
	if (turn.others === Lock.none) {
		return turn.go("helper: exclusive lock", "wasm: look for a journal", (_, me) => {
			me.lock = Lock.exclusive;
		});
	}
	if (turn.others >= Lock.reserved || turn.me.lock === Lock.pending) return WAIT;
	return turn.go("helper: pending lock", "wasm: helper", (_, me) => {
		me.lock = Lock.pending;
	});
}

function lookForJournal(turn: Turn): Next {
	if (turn.world.journal !== 0) return turn.go("finds a journal", "wasm: roll back page 0");
	return turn.go("no journal", turn.isReader ? "reader: page 0" : "wasm: read");
}

function rollBackPage0(turn: Turn): Next {
	return turn.go("rolls page 0 back", "wasm: roll back page 1", (next) => {
		if (next.journal !== 0) writePage(next, 0, next.original0);
	});
}

function rollBackPage1(turn: Turn): Next {
	return turn.go("rolls page 1 back", "wasm: roll back journal", (next) => {
		if (next.journal !== 0) writePage(next, 1, next.original1);
	});
}

function rollBackJournal(turn: Turn): Next {
	return turn.go("deletes the journal", turn.isReader ? "reader: page 0" : "wasm: read", deleteJournal);
}

function read(turn: Turn): Next {
	turn.checkPages();
	if (turn.me.task !== Task.takeRow) {
		const holds = guardHolds(turn);
		return turn.go("reads", "wasm: journal", (next, me) => {
			me.base = next.commit;
			me.guardHolds = holds ? 1 : 0;
		});
	}
	return rowCanBeTaken(turn).flatMap((canBeTaken) => (canBeTaken ? takeRow(turn) : waitForRow(turn)));
}

function takeRow(turn: Turn): Next {
	return turn.go("the row can be taken", "wasm: journal", (next, me) => {
		me.base = next.commit;
		me.seen = next.version;
		me.guardHolds = 1;
	});
}

function waitForRow(turn: Turn): Next {
	return turn.go("the row is held", "wasm: readlink", (_, me) => {
		me.outcome = Outcome.waitForRow;
	});
}

function journal(turn: Turn): Next {
	return turn.go("writes its journal", "wasm: page 0", (next, me) => writeJournal(turn, next, me));
}

function page0(turn: Turn): Next {
	return turn.go("writes page 0", "wasm: page 1", (next, me) => writePage(next, 0, me.stamp));
}

/** Before COMMIT: the guard, its own link, and without a helper the native locks. An application looks at nothing. */
function page1(turn: Turn): Next {
	const seesWriter = turn.process.looks === true && meansToWrite(turn);
	if (seesWriter && turn.configuration.neverRefuses) return turn.end("refuses", Outcome.refused);
	const mayCommit =
		turn.process.kind === "wasm application" || (turn.me.guardHolds === 1 && turn.isMember && !seesWriter);
	if (!mayCommit) return turn.go("may not commit", "wasm: undo page 0");
	const write = turn.go("writes page 1", "wasm: commit", (next, me) => writePage(next, 1, me.stamp));
	return turn.process.rollsBack ? [...write, ...turn.go("rolls back", "wasm: undo page 0")] : write;
}

function undoPage0(turn: Turn): Next {
	return turn.go("rolls page 0 back", "wasm: undo journal", (next, me) => writePage(next, 0, me.base));
}

function undoJournal(turn: Turn): Next {
	const application = turn.process.kind === "wasm application";
	return turn.go("deletes the journal", application ? "folder: rmdir" : "wasm: readlink", (next, me) => {
		endTransaction(next, me);
		if (application) me.remaining--;
		else me.outcome = Outcome.lost;
	});
}

function commitStep(turn: Turn): Next {
	return turn.go(commitLabel(turn), afterCommit(turn), (next, me) => commit(turn, next, me));
}

function afterCommit(turn: Turn): StepName {
	if (turn.me.task === Task.insert) return "folder: rmdir";
	if (turn.me.task === Task.freeRow) return "wasm: readlink";
	return turn.process.looks ? "wasm: native locks" : "wasm: look for a journal";
}

/** The helper ends before the link goes. Nobody replaces a link that is not seen dead, so that no claim is needed. */
function readlink(turn: Turn): Next {
	return turn.go("helper ends; readlink", "wasm: unlink", (_, me) => {
		me.lock = Lock.none;
		me.text = turn.isMember ? 1 : 0;
	});
}

function unlink(turn: Turn): Next {
	const removed = (next: World): void => {
		if (turn.me.text === 1 && next.link !== Link.folder) setLink(next, Link.none, 0);
	};
	if (turn.me.outcome !== Outcome.waitForRow) return turn.end("removes its link; ends", turn.me.outcome, removed);
	return turn.go("removes its link", "wasm: look", (next, me) => {
		removed(next);
		me.outcome = Outcome.done;
		me.text = 0;
	});
}
