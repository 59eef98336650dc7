import { harmedRun, type Rehearsal } from "./harmed-run.ts";
import { runTwo } from "./run-two.ts";
import { type Call, FALLIBLE_CALLS, FAULTS, type Harm, type TracedCall, traceCalls, WRITING_CALLS } from "./strace.ts";

/** What a case came through. */
export interface Survival {
	/** Harms that happened. */
	readonly points: number;
	/** What did not hold after one of them. */
	readonly failures: readonly string[];
	/** After how many of them somebody had to repair the schema by hand. */
	readonly repairs: number;
	/** After how many of them the run went on as if there was nothing, and was right. */
	readonly unnoticed: number;
}

/** One kill for each system call that changes something. */
export async function killPoints({ which, begin }: Rehearsal): Promise<readonly Harm[]> {
	using testFolder = begin();
	const calls = await traceCalls(which, testFolder.path);
	return WRITING_CALLS.flatMap((kind) => pointsOf(calls, kind, "kill"));
}

/** Each kind of fault at each system call that can fail. */
export async function faultPoints({ which, begin }: Rehearsal): Promise<readonly Harm[]> {
	using testFolder = begin();
	const calls = await traceCalls(which, testFolder.path);
	return FAULTS.flatMap((what) => FALLIBLE_CALLS.flatMap((kind) => pointsOf(calls, kind, what)));
}

function pointsOf(calls: readonly TracedCall[], kind: Call, what: Harm["what"]): readonly Harm[] {
	return calls.flatMap(({ call, when }) => (call === kind ? [{ call, when, what }] : []));
}

/** Takes every `stride`-th point, beginning at `first`. */
export function everyNth(points: readonly Harm[], stride: number, first: number): readonly Harm[] {
	return points.filter((_, index) => index % stride === first % stride);
}

export async function surviveAll(rehearsal: Rehearsal, points: readonly Harm[]): Promise<Survival> {
	const failures: string[] = [];
	const ends = await runTwo(points, async (harm) => {
		try {
			return await harmedRun(rehearsal, harm);
		} catch (error) {
			failures.push((error as Error).message);
			return undefined;
		}
	});
	const happened = ends.filter((end) => end !== undefined);
	return {
		points: happened.length + failures.length,
		failures,
		repairs: happened.filter(({ aftermath }) => aftermath.repairs > 0).length,
		unnoticed: happened.filter(({ outcome }) => outcome.exitCode === 0).length,
	};
}
