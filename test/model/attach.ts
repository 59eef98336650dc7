/** What to do when a body attaches a file whose link another run holds, with the link of the main file in hand. */
export const ATTACH_RULES = ["wait", "try again", "give up", "start over, sorted"] as const;
export type AttachRule = (typeof ATTACH_RULES)[number];

export interface AttachWorld {
	readonly name: string;
	/** Of each run: its main file and the file that it attaches. */
	readonly wants: readonly (readonly [main: number, attached: number])[];
}

export const ATTACH_WORLDS: readonly AttachWorld[] = [
	{
		name: "A+B, B+A",
		wants: [
			[0, 1],
			[1, 0],
		],
	},
	{
		name: "A+B, B+C, C+A",
		wants: [
			[0, 1],
			[1, 2],
			[2, 0],
		],
	},
	{
		name: "A+B, A+B, B+A",
		wants: [
			[0, 1],
			[0, 1],
			[1, 0],
		],
	},
];

export interface AttachExploration {
	readonly states: number;
	/** From each state all runs can still come to an end. */
	readonly hasWayOut: boolean;
	readonly someFail: boolean;
}

type RunStep = "start" | "holds main" | "holds both" | "starts over" | "holds first" | "done" | "failed";

interface Run {
	readonly step: RunStep;
	readonly tries: number;
	/** The links that it holds. */
	readonly holds: readonly number[];
}

type AttachState = readonly Run[];

/** Visits every state of the links alone. The model of one file shows what a link protects from. */
export function exploreAttached(rule: AttachRule, world: AttachWorld): AttachExploration {
	const first: AttachState = world.wants.map(() => ({ step: "start", tries: 0, holds: [] }));
	const states = new Map<string, AttachState>([[JSON.stringify(first), first]]);
	const before = new Map<string, string[]>();
	for (const [text, state] of states) {
		for (const next of nextStates(rule, world, state)) {
			const nextText = JSON.stringify(next);
			states.set(nextText, next);
			before.set(nextText, [...(before.get(nextText) ?? []), text]);
		}
	}
	const ends = [...states].filter(([, state]) => state.every((run) => run.step === "done" || run.step === "failed"));
	const good = new Set(ends.map(([text]) => text));
	for (const text of good) for (const earlier of before.get(text) ?? []) good.add(earlier);
	return {
		states: states.size,
		hasWayOut: good.size === states.size,
		someFail: ends.some(([, state]) => state.some((run) => run.step === "failed")),
	};
}

function nextStates(rule: AttachRule, world: AttachWorld, state: AttachState): AttachState[] {
	const held = new Set(state.flatMap((run) => run.holds));
	return world.wants.flatMap((wants, index) => {
		const run = state[index];
		if (run === undefined) return [];
		return nextRuns(rule, wants, run, (file) => !held.has(file)).map((next) => state.with(index, next));
	});
}

function nextRuns(
	rule: AttachRule,
	[main, attached]: readonly [number, number],
	run: Run,
	isFree: (file: number) => boolean,
): Run[] {
	const first = Math.min(main, attached);
	const second = Math.max(main, attached);
	const take = (file: number, step: RunStep): Run[] =>
		isFree(file) ? [{ ...run, step, holds: [...run.holds, file] }] : [];
	switch (run.step) {
		case "start":
			return take(main, "holds main");
		case "holds main":
			return isFree(attached) ? take(attached, "holds both") : whenBusy(rule, run);
		case "holds both":
			return [{ ...run, step: "done", holds: [] }];
		case "starts over":
			return take(first, "holds first");
		case "holds first":
			return take(second, "holds both");
		default:
			return [];
	}
}

function whenBusy(rule: AttachRule, run: Run): Run[] {
	switch (rule) {
		case "wait":
			return [];
		case "try again":
			return [run];
		case "give up":
			return [run.tries === 1 ? { ...run, step: "failed", holds: [] } : { ...run, tries: run.tries + 1 }];
		case "start over, sorted":
			return [{ ...run, step: "starts over", holds: [] }];
	}
}
