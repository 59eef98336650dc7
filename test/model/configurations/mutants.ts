import type { Configuration, Process, Protection, ReaderStep } from "./configuration.ts";
import {
	AGAIN,
	nativeApplication,
	nativeReader,
	nativeRun,
	unlock,
	wasmApplication,
	wasmReader,
	wasmRun,
} from "./processes.ts";

/** "leaves out": what the mutant lacks. */
type Mutant = Omit<Configuration, "expect" | "name"> & { readonly leavesOut: string };

function nativeWithout(without: Protection, place = 0, more: Partial<Process> = {}): Process {
	return nativeRun(place, { without, ...more });
}

const LINK: readonly Mutant[] = [
	{ leavesOut: "the guard", processes: [nativeWithout("guard", 0), nativeWithout("guard", 1)] },
	{
		leavesOut: "the claim when a native run leaves",
		processes: [nativeWithout("claim to leave", 0), nativeWithout("claim to leave", 1), wasmRun(2)],
		mayWaitForPerson: true,
	},
	{
		leavesOut: "the claim when a native run joins",
		processes: [nativeWithout("claim to join", 0), wasmRun(0), nativeWithout("claim to join", 1)],
		kills: 1,
		mayWaitForPerson: true,
	},
	{
		leavesOut: "the claim when a wasm run takes a dead link over",
		processes: [0, 0, 0].map((place) => wasmRun(place, { without: "claim to take over" })),
		kills: 1,
	},
	{
		leavesOut: "members that cannot be checked, when a native run joins",
		processes: [
			nativeWithout("members that cannot be checked", 0),
			nativeWithout("members that cannot be checked", 1),
			wasmRun(2),
		],
		mayWaitForPerson: true,
	},
	{
		leavesOut: "the order: the row is freed before the link goes",
		processes: [nativeWithout("row before link"), wasmRun()],
		mayWaitForPerson: true,
	},
	{
		leavesOut: "new ids: a process uses the id of its links twice",
		processes: [
			nativeWithout("new ids", 0),
			nativeWithout("new ids", 1),
			nativeWithout("new ids", 0),
			wasmApplication(3, 1, { rollsBack: false }),
		],
		mayWaitForPerson: true,
	},
	{
		leavesOut: "the look for a journal before the last member unlinks",
		processes: [
			nativeReader(0, { without: "journal before unlink" }),
			nativeWithout("journal before unlink", 0, AGAIN),
			wasmApplication(),
		],
		kills: 2,
		mayWaitForPerson: true,
	},
	{
		leavesOut: "the close of the connection before the link goes",
		processes: [nativeWithout("close before link"), wasmRun()],
		mayWaitForPerson: true,
	},
	{
		leavesOut: "the end of a claim whose maker cannot be checked",
		processes: [0, 1, 2].map((place) => nativeWithout("aged claims", place)),
		kills: 2,
	},
	{
		leavesOut: "the age of a claim whose maker cannot be checked",
		processes: [nativeWithout("age of claims", 0), nativeWithout("age of claims", 1), wasmRun(2)],
		mayWaitForPerson: true,
	},
	{
		leavesOut: "the wait for a full link: who joins leaves the others out",
		processes: [
			nativeWithout("wait when full", 0, { memberLimit: 1 }),
			nativeWithout("wait when full", 1, { memberLimit: 1 }),
			wasmRun(2),
		],
		mayWaitForPerson: true,
	},
	{
		leavesOut: "the helper beside a native application",
		processes: [wasmRun(0), nativeApplication(0)],
	},
	{
		leavesOut: "the roll-back before unlock removes a folder",
		processes: [unlock(0, { without: "roll back before removal" }), wasmApplication(), wasmApplication()],
		kills: 1,
		mayWaitForPerson: true,
	},
	{
		leavesOut: "the roll-back before unlock removes a link",
		processes: [unlock(1, { without: "roll back before removal" }), wasmRun(0), wasmApplication()],
		kills: 1,
		mayWaitForPerson: true,
	},
];

function nativeProgram(...program: readonly ReaderStep[]): Process {
	return nativeReader(0, { program });
}

function wasmProgram(...program: readonly ReaderStep[]): Process {
	return wasmReader(0, { program });
}

const READERS: readonly Mutant[] = [
	{
		leavesOut: "the stat of a native reader",
		processes: [
			nativeProgram("look", "lock", "page 0", "page 1", "release", "no journal", "no folder"),
			wasmApplication(),
		],
	},
	{
		leavesOut: "the stat of a wasm reader",
		processes: [wasmProgram("look", "journal", "page 0", "page 1", "no journal", "no folder"), wasmApplication()],
	},
	{
		leavesOut: "the look for a journal of a wasm reader",
		processes: [wasmProgram("look", "stat", "page 0", "page 1", "same stat"), wasmRun(0)],
	},
	{
		leavesOut: "the second look of a wasm reader that looks for a journal before its stat",
		processes: [wasmProgram("look", "journal", "stat", "page 0", "page 1", "same stat"), wasmApplication()],
	},
	{
		leavesOut: "the order: a wasm reader looks for a journal before its first stat and after its second",
		processes: [
			wasmProgram("look", "journal", "stat", "page 0", "page 1", "same stat", "no journal", "no folder"),
			wasmApplication(),
		],
	},
	{
		leavesOut: "the order: a native reader takes its lock before its first stat",
		processes: [
			nativeProgram("look", "lock", "stat", "page 0", "page 1", "release", "same stat", "no journal", "no folder"),
			wasmApplication(),
		],
	},
	{
		leavesOut: "the order: a native reader takes its second stat before its reads end",
		processes: [nativeProgram("look", "stat", "lock", "page 0", "same stat", "page 1", "release"), wasmApplication()],
	},
	{
		leavesOut: "the lock of a native reader, whose look for a journal is SQLite's",
		processes: [nativeProgram("look", "stat", "page 0", "page 1", "same stat"), wasmRun(0)],
	},
	{
		leavesOut: "the second look at the link of a native reader that takes no stat",
		processes: [
			nativeReader(0, { besideNative: ["lock", "page 0", "page 1", "release"] }),
			nativeRun(0),
			wasmApplication(),
		],
		mayWaitForPerson: true,
	},
	{
		leavesOut: "the age of a timestamp, native reader",
		processes: [nativeReader(0, { without: "old timestamps" }), wasmApplication(0, 2)],
		ticks: true,
	},
	{
		leavesOut: "the age of a timestamp, wasm reader",
		processes: [wasmReader(0, { without: "old timestamps" }), wasmApplication(0, 2)],
		ticks: true,
	},
	{
		leavesOut: "the read-only connection: a native reader rolls back without the link",
		processes: [nativeReader(0, { without: "read-only connection" }), wasmRun(0)],
	},
	{
		leavesOut: "the join: a native reader waits for a native link that cannot be checked",
		processes: [nativeReader(0, { without: "reader joins" }), nativeRun(1)],
		kills: 1,
	},
	{
		leavesOut: "the difference of locks: a wasm run refuses because of a native reader",
		processes: [wasmRun(0, { looks: true, without: "readers do not count" }), nativeReader(0)],
		neverRefuses: true,
	},
];

/** Each protection left out. Each is found. */
export const MUTANTS: readonly Configuration[] = [...LINK, ...READERS].map(({ leavesOut, ...mutant }, index) => ({
	...mutant,
	name: `P${index + 1} without ${leavesOut}`,
	expect: "violation",
}));

/** What a reader may leave out when it has the stat. Kept to show which look does the work. */
export const SHORTER_READERS: readonly Configuration[] = [
	{
		name: "S1 native R that does not look at the link, N, wasm A",
		processes: [
			nativeProgram("stat", "lock", "page 0", "page 1", "release", "same stat"),
			nativeRun(0, AGAIN),
			wasmApplication(),
		],
		kills: 1,
		mayWaitForPerson: true,
		expect: "holds",
	},
	{
		name: "S2 wasm R that does not look at the link, W, wasm A",
		processes: [wasmProgram("stat", "journal", "page 0", "page 1", "same stat"), wasmRun(0, AGAIN), wasmApplication()],
		kills: 1,
		mayWaitForPerson: true,
		expect: "holds",
	},
	{
		name: "S3 wasm R that looks for a journal after its reads, W, wasm A",
		processes: [
			wasmProgram("look", "stat", "page 0", "page 1", "journal", "same stat"),
			wasmRun(0, AGAIN),
			wasmApplication(),
		],
		kills: 1,
		mayWaitForPerson: true,
		expect: "holds",
	},
	{
		name: "S4 native R that gives its lock back after its second stat, N, wasm A",
		processes: [
			nativeProgram("look", "stat", "lock", "page 0", "page 1", "same stat", "release"),
			nativeRun(0, AGAIN),
			wasmApplication(),
		],
		kills: 1,
		mayWaitForPerson: true,
		expect: "holds",
	},
];
