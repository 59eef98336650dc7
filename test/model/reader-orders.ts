import type { Configuration, Process, ReaderStep } from "./configurations/configuration.ts";
import {
	AGAIN,
	nativeApplication,
	nativeReader,
	wasmApplication,
	wasmReader,
	wasmRun,
} from "./configurations/processes.ts";
import { explore } from "./explore.ts";

export interface ReaderOrder {
	readonly program: readonly ReaderStep[];
	/** The look for a journal and both reads are between the two stats. */
	readonly isInsideStats: boolean;
	/** What the model says. */
	readonly holds: boolean;
}

/** Explores a wasm reader with its steps in each order, beside applications and runs that roll back and are killed. */
export function exploreWasmOrders(): ReaderOrder[] {
	const orders = ordersOf(["stat", "journal", "page 0", "page 1", "same stat"]);
	const others = [[wasmApplication(0, 2)], [wasmApplication(), wasmApplication()], [wasmRun(0, AGAIN)]];
	return orders.map((program) => exploreOrder(program, wasmReader(0, { program }), "journal", others));
}

/** The same of a native reader, whose reads are under its lock. */
export function exploreNativeOrders(): ReaderOrder[] {
	const orders = ordersOf(["stat", "lock", "page 0", "page 1", "release", "same stat"]).filter((program) => {
		const [lock, page0, page1, release] = positionsIn(program, ["lock", "page 0", "page 1", "release"]);
		return lock < Math.min(page0, page1) && Math.max(page0, page1) < release;
	});
	const others = [[wasmApplication(0, 2)], [nativeApplication(0, 2)], [wasmRun(0, AGAIN)]];
	return orders.map((program) => exploreOrder(program, nativeReader(0, { program }), "lock", others));
}

function exploreOrder(
	program: readonly ReaderStep[],
	reader: Process,
	look: "journal" | "lock",
	others: readonly (readonly Process[])[],
): ReaderOrder {
	const [stat, journal, page0, page1, sameStat] = positionsIn(program, ["stat", look, "page 0", "page 1", "same stat"]);
	const configurations = others.map(
		(other): Configuration => ({
			name: program.join(", "),
			processes: [reader, ...other],
			kills: 1,
			mayWaitForPerson: true,
			expect: "holds",
		}),
	);
	return {
		program,
		isInsideStats: stat < Math.min(journal, page0, page1) && Math.max(journal, page0, page1) < sameStat,
		holds: configurations.every((configuration) => explore(configuration).violation === undefined),
	};
}

type Positions = readonly [number, number, number, number, number];

function positionsIn(program: readonly ReaderStep[], steps: readonly ReaderStep[]): Positions {
	const at = (index: number): number => program.indexOf(steps[index] ?? "look");
	return [at(0), at(1), at(2), at(3), at(4)];
}

/** Each order in which the first stat is before the second. */
function ordersOf(steps: readonly ReaderStep[]): ReaderStep[][] {
	return permutationsOf(steps).filter((program) => program.indexOf("stat") < program.indexOf("same stat"));
}

function permutationsOf(steps: readonly ReaderStep[]): ReaderStep[][] {
	if (steps.length === 0) return [[]];
	return steps.flatMap((step, index) => permutationsOf(steps.toSpliced(index, 1)).map((rest) => [step, ...rest]));
}
