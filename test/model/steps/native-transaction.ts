import { isHot } from "../liveness.ts";
import type { StepName } from "../step-name.ts";
import { type Next, type Step, type Turn, WAIT } from "../turn.ts";
import { deleteJournal, Link, Lock, Outcome, Task, writePage } from "../world.ts";
import { commit, commitLabel, endTransaction, writeJournal } from "./commit.ts";
import { guardHolds, rowCanBeTaken } from "./lock-row.ts";

/** What SQLite does, on any kernel lock: BEGIN IMMEDIATE, two pages, COMMIT; and the roll-back of a hot journal. */
export const nativeTransactionSteps = {
	"begin: shared": beginShared,
	"begin: reserved": beginReserved,
	"roll back: exclusive": rollBackExclusive,
	"roll back: page 0": rollBackPage0,
	"roll back: page 1": rollBackPage1,
	"roll back: journal": rollBackJournal,
	"transaction: read": read,
	"transaction: journal": journal,
	"transaction: exclusive": exclusive,
	"transaction: page 0": page0,
	"transaction: page 1": page1,
	"transaction: commit": commitStep,
	"undo: page 0": undoPage0,
	"undo: journal": undoJournal,
	"run: lost": lost,
} satisfies Partial<Record<StepName, Step>>;

function beginShared(turn: Turn): Next {
	if (turn.others >= Lock.pending) return WAIT;
	const hot = isHot(turn.world, turn.index);
	return turn.go(
		hot ? "shared lock; the journal looks hot" : "shared lock",
		hot ? "roll back: exclusive" : "begin: reserved",
		(_, me) => {
			me.lock = Lock.shared;
			me.open = 1;
		},
	);
}

/** SQLite does not look at the journal again when it goes from shared to reserved. */
function beginReserved(turn: Turn): Next {
	if (turn.me.task === Task.leave) {
		return turn.go("has read: what was hot is rolled back", "leave: close", (_, me) => {
			me.lock = Lock.none;
			me.task = Task.none;
		});
	}
	if (turn.me.task === Task.read) return turn.go("reads", "reader: page 0");
	if (turn.others >= Lock.reserved) {
		return turn.go("reserved by another: busy", "begin: shared", (_, me) => {
			me.lock = Lock.none;
		});
	}
	return turn.go("reserved lock", "transaction: read", (_, me) => {
		me.lock = Lock.reserved;
	});
}

function rollBackExclusive(turn: Turn): Next {
	if (turn.others >= Lock.shared) {
		return turn.go("cannot have the file for itself: busy", "begin: shared", (_, me) => {
			me.lock = Lock.none;
		});
	}
	if (turn.world.journal === 0) return turn.go("the journal is gone", "begin: reserved");
	return turn.go("exclusive lock, to roll back", "roll back: page 0", (_, me) => {
		me.lock = Lock.exclusive;
	});
}

function rollBackPage0(turn: Turn): Next {
	return turn.go("rolls page 0 back", "roll back: page 1", (next) => {
		if (next.journal !== 0) writePage(next, 0, next.original0);
	});
}

function rollBackPage1(turn: Turn): Next {
	return turn.go("rolls page 1 back", "roll back: journal", (next) => {
		if (next.journal !== 0) writePage(next, 1, next.original1);
	});
}

function rollBackJournal(turn: Turn): Next {
	return turn.go("deletes the journal", "begin: reserved", (next, me) => {
		deleteJournal(next);
		me.lock = Lock.shared;
	});
}

function read(turn: Turn): Next {
	if (turn.me.task === Task.takeRow) return readRow(turn);
	turn.checkPages();
	const holds = guardHolds(turn);
	return turn.go("reads", "transaction: journal", (next, me) => {
		me.base = next.commit;
		me.guardHolds = holds ? 1 : 0;
	});
}

/** A person may have cleared the link since it was made, so that it is read once more. */
function readRow(turn: Turn): Next {
	if (!turn.isMember && !turn.process.noLinks) {
		return turn.go("its link is gone; ROLLBACK, closes", "enter: look", (_, me) => {
			me.lock = Lock.none;
			me.open = 0;
		});
	}
	turn.checkPages();
	return rowCanBeTaken(turn).flatMap((canBeTaken) => (canBeTaken ? takeRow(turn) : waitForRow(turn)));
}

function takeRow(turn: Turn): Next {
	return turn.go("the row can be taken", "transaction: journal", (next, me) => {
		me.base = next.commit;
		me.seen = next.version;
		me.guardHolds = 1;
	});
}

function waitForRow(turn: Turn): Next {
	const { noLinks } = turn.process;
	return turn.go("the row is held; ROLLBACK", noLinks ? "enter: look" : "leave: claim", (_, me) => {
		me.lock = Lock.none;
		if (!noLinks) me.outcome = Outcome.waitForRow;
	});
}

function journal(turn: Turn): Next {
	return turn.go("writes its journal", "transaction: exclusive", (next, me) => writeJournal(turn, next, me));
}

function exclusive(turn: Turn): Next {
	if (turn.others === Lock.none) {
		return turn.go("exclusive lock", "transaction: page 0", (_, me) => {
			me.lock = Lock.exclusive;
		});
	}
	if (turn.me.lock === Lock.pending) return WAIT;
	return turn.go("pending lock", "transaction: exclusive", (_, me) => {
		me.lock = Lock.pending;
	});
}

function page0(turn: Turn): Next {
	return turn.go("writes page 0", "transaction: page 1", (next, me) => writePage(next, 0, me.stamp));
}

function page1(turn: Turn): Next {
	if (turn.me.guardHolds === 0) return turn.go("the guard fails", "undo: page 0");
	const write = turn.go("writes page 1", "transaction: commit", (next, me) => writePage(next, 1, me.stamp));
	return turn.process.rollsBack ? [...write, ...turn.go("rolls back", "undo: page 0")] : write;
}

function undoPage0(turn: Turn): Next {
	return turn.go("rolls page 0 back", "undo: journal", (next, me) => writePage(next, 0, me.base));
}

function undoJournal(turn: Turn): Next {
	const application = turn.process.kind === "native application";
	if (application && turn.me.remaining === 1) {
		return turn.end("deletes the journal; ends", Outcome.done, endTransaction);
	}
	return turn.go("deletes the journal", application ? "begin: shared" : "run: lost", (next, me) => {
		endTransaction(next, me);
		me.lock = Lock.none;
		if (application) me.remaining--;
	});
}

function lost(turn: Turn): Next {
	if (!turn.isMember) return turn.end("has lost the lock; ends", Outcome.lost);
	return turn.go("has lost the lock", "leave: claim", (_, me) => {
		me.outcome = Outcome.lost;
	});
}

function commitStep(turn: Turn): Next {
	const label = commitLabel(turn);
	const next = afterCommit(turn);
	if (next === "end") {
		return turn.end(label, Outcome.done, (world, me) => commit(turn, world, me));
	}
	return turn.go(label, next, (world, me) => {
		commit(turn, world, me);
		me.lock = Lock.none;
		if (next === "unlock: rmdir") me.open = 0;
		if (next === "leave: claim" && me.task === Task.freeRow) {
			me.task = Task.none;
			me.seen = 0;
			me.outcome = Outcome.freeRowLate;
		}
	});
}

function afterCommit(turn: Turn): StepName | "end" {
	const { me, process } = turn;
	switch (me.task) {
		case Task.migrate: {
			const last = me.seen + 1 >= (turn.configuration.target ?? 1);
			return last && turn.without("row before link") ? "leave: claim" : "begin: shared";
		}
		case Task.freeRow:
			return process.noLinks || turn.without("row before link") ? "end" : "leave: claim";
		case Task.insert:
			return me.remaining === 1 ? "end" : "begin: shared";
		case Task.clearRow:
			if (turn.without("roll back before removal")) return "end";
			return turn.world.link === Link.folder ? "unlock: rmdir" : "leave: claim";
		default:
			return "begin: shared";
	}
}
