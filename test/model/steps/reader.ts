import type { ReaderStep } from "../configurations/configuration.ts";
import { isHot } from "../liveness.ts";
import type { StepName } from "../step-name.ts";
import { type Next, type Step, type Turn, Violation, WAIT } from "../turn.ts";
import { Clock, Link, Lock, Outcome, type ProcessState, Stat, Task, Watched } from "../world.ts";
import { forgetLink, watchLink } from "./claims.ts";

/** The look for a journal is between the two stats: then no page was written since a moment without a transaction. */
export const NATIVE_READER: readonly ReaderStep[] = [
	"look",
	"stat",
	"lock",
	"page 0",
	"page 1",
	"release",
	"same stat",
];
export const WASM_READER: readonly ReaderStep[] = ["look", "stat", "journal", "page 0", "page 1", "same stat"];
/** Beside a native link that does not change, the kernel's locks are enough. */
export const NATIVE_READER_BESIDE_NATIVE: readonly ReaderStep[] = ["lock", "page 0", "page 1", "release", "same link"];

/** `version` and `status`: reads without a link, and enters only where a journal has to be rolled back. */
export const readerSteps = {
	"reader: quiet": quiet,
	"reader: wait": wait,
	"reader: page 0": enteredPage0,
	"reader: page 1": enteredPage1,
	"reader: believe": enteredBelieve,
} satisfies Partial<Record<StepName, Step>>;

/** Positions from here on are in the program for a native link. */
const BESIDE = 32;

function programOf(turn: Turn): readonly ReaderStep[] {
	if (turn.me.position >= BESIDE && turn.process.besideNative) return turn.process.besideNative;
	return turn.process.program ?? (turn.isWasm ? WASM_READER : NATIVE_READER);
}

const QUIET: Readonly<Record<ReaderStep, Step>> = {
	look,
	stat,
	journal,
	lock,
	"page 0": readPage0,
	"page 1": readPage1,
	release,
	"same stat": sameStat,
	"no journal": noJournal,
	"no folder": noFolder,
	"same link": sameLink,
};

function quiet(turn: Turn): Next {
	const step = programOf(turn)[turn.me.position % BESIDE];
	if (step === undefined) throw new RangeError(`${turn.name} has no step ${turn.me.position}`);
	return QUIET[step](turn);
}

/** Goes on in the program; after its last step the reader believes what it has read. */
function proceed(turn: Turn, label: string, change?: (me: ProcessState) => void): Next {
	if (turn.me.position % BESIDE < programOf(turn).length - 1) {
		return turn.go(label, "reader: quiet", (_, me) => {
			change?.(me);
			me.position++;
		});
	}
	believe(turn);
	return turn.end(`${label}; believes what it has read`, Outcome.done);
}

/** Both pages must be of one commit that was the last one when they were read, or is the last one now. */
function believe(turn: Turn): void {
	const { me, world } = turn;
	if (me.base === me.seen && (me.base === me.stamp || me.base === world.commit)) return;
	const what = me.base === me.seen ? "a wrong" : "a half-written";
	throw new Violation(`${turn.name} believes ${what} database: pages ${me.base} and ${me.seen}, commit ${me.stamp}`);
}

function clear(me: ProcessState): void {
	forgetLink(me);
	me.readLock = Lock.none;
	me.base = 0;
	me.stamp = 0;
	me.seen = 0;
	me.stat = Stat.none;
	me.position = 0;
}

function startAgain(turn: Turn, label: string): Next {
	return turn.go(`${label}: starts again`, "reader: quiet", (_, me) => clear(me));
}

function look(turn: Turn): Next {
	if (turn.world.link === Link.folder) return WAIT;
	if (!turn.process.besideNative || turn.world.link !== Link.native) return proceed(turn, "looks at the link");
	return turn.go("looks: a native link", "reader: quiet", (_, me) => {
		watchLink(turn, me);
		me.position = BESIDE;
	});
}

/** A file that was written in this tick may be written again without a trace: that stat is worth nothing. */
function stat(turn: Turn): Next {
	if (turn.world.clock !== Clock.fresh) {
		return proceed(turn, "stat", (me) => {
			me.stat = Stat.unchanged;
		});
	}
	if (turn.without("old timestamps")) {
		return proceed(turn, "stat, in the tick of the last write", (me) => {
			me.stat = Stat.blind;
		});
	}
	return enter(turn, "the file was written just now");
}

function journal(turn: Turn): Next {
	if (turn.world.journal === 0) return proceed(turn, "no journal");
	return hotJournal(turn);
}

/** The read-only connection takes the shared lock and looks for a hot journal, which it cannot roll back. */
function lock(turn: Turn): Next {
	if (turn.others >= Lock.pending) return WAIT;
	if (isHot(turn.world, turn.index)) return hotJournal(turn);
	return proceed(turn, "shared lock, no hot journal", (me) => {
		me.readLock = Lock.shared;
	});
}

function hotJournal(turn: Turn): Next {
	if (turn.without("read-only connection")) {
		return turn.go("a hot journal, to be rolled back at once", "begin: shared", (_, me) => {
			clear(me);
			me.task = Task.read;
		});
	}
	return enter(turn, "a journal");
}

/** Enters, if that is possible. Else waits for whoever is there. */
function enter(turn: Turn, label: string): Next {
	const deadLinkOnly = turn.process.entersDeadLinkOnly && turn.world.link === Link.none;
	if (turn.process.noLinks || deadLinkOnly) return turn.end(`${label}: reports it`, Outcome.reported);
	if (waitsForLink(turn)) return turn.go(`${label}: waits`, "reader: wait", (_, me) => clear(me));
	return turn.go(`${label}: enters`, turn.isWasm ? "wasm: look" : "enter: look", (_, me) => {
		clear(me);
		me.task = Task.read;
	});
}

/** A native link whose members cannot be checked may be all dead: a native reader joins it. */
function waitsForLink(turn: Turn): boolean {
	const { world } = turn;
	if (world.link === Link.none) return false;
	if (world.link === Link.folder) return true;
	const liveness = turn.liveness(world.members);
	if (world.link === Link.native && !turn.isWasm && !turn.without("reader joins")) return liveness === "alive";
	return liveness !== "dead";
}

/** The wait is over when there is nobody to wait for, or no journal any more. */
function wait(turn: Turn): Next {
	const stillFresh = turn.world.clock === Clock.fresh;
	if (waitsForLink(turn) && (turn.world.journal !== 0 || stillFresh)) return WAIT;
	return turn.go("looks again", "reader: quiet");
}

function readPage0(turn: Turn): Next {
	return proceed(turn, "reads page 0", (me) => {
		me.base = turn.world.page0;
		me.stamp = turn.world.commit;
	});
}

function readPage1(turn: Turn): Next {
	return proceed(turn, "reads page 1", (me) => {
		me.seen = turn.world.page1;
	});
}

function release(turn: Turn): Next {
	return proceed(turn, "gives the shared lock back", (me) => {
		me.readLock = Lock.none;
	});
}

function sameStat(turn: Turn): Next {
	if (turn.me.stat === Stat.changed) return startAgain(turn, "the file was written");
	return proceed(turn, "the file was not written");
}

function noJournal(turn: Turn): Next {
	if (turn.world.journal !== 0) return startAgain(turn, "a journal");
	return proceed(turn, "no journal");
}

function noFolder(turn: Turn): Next {
	if (turn.world.link === Link.folder || turn.world.link === Link.wasm)
		return startAgain(turn, "a folder or a wasm link");
	return proceed(turn, "no folder");
}

function sameLink(turn: Turn): Next {
	if (turn.me.watched !== Watched.unchanged) return startAgain(turn, "another link");
	return proceed(turn, "the same link");
}

function enteredPage0(turn: Turn): Next {
	return turn.go("reads page 0", "reader: page 1", (next, me) => {
		me.base = next.page0;
		me.stamp = next.commit;
	});
}

function enteredPage1(turn: Turn): Next {
	return turn.go("reads page 1", "reader: believe", (next, me) => {
		me.seen = next.page1;
	});
}

function enteredBelieve(turn: Turn): Next {
	believe(turn);
	return turn.go("believes what it has read", turn.isWasm ? "wasm: readlink" : "leave: claim", (_, me) => {
		clear(me);
		me.task = Task.none;
		if (!turn.isWasm) me.lock = Lock.none;
	});
}
