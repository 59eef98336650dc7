import type { Configuration } from "./configuration.ts";
import { nativeApplication, nativeRun, unlock, wasmApplication, wasmReader, wasmRun } from "./processes.ts";

type Described = Omit<Configuration, "expect">;

const WORLDS: readonly Described[] = [
	{ name: "X1 native A, wasm A, no godwit", processes: [nativeApplication(), wasmApplication()] },
	{ name: "X2 W that looks at native locks, native A", processes: [wasmRun(0, { looks: true }), nativeApplication()] },
	{ name: "X3 W | native A", processes: [wasmRun(0), nativeApplication(1)] },
	{ name: "X4 N where no link can be made, wasm A", processes: [nativeRun(0, { noLinks: true }), wasmApplication()] },
	{ name: "X5 N where no link can be made, W", processes: [nativeRun(0, { noLinks: true }), wasmRun()] },
	{ name: "X6 wasm R without a helper, native A", processes: [wasmReader(0), nativeApplication()] },
	{
		name: "X7 wasm R that looks at native locks, native A",
		processes: [wasmReader(0, { looks: true }), nativeApplication(0, 2)],
	},
	{
		name: "X8 wasm R that enters a dead link only, W with a helper, native A",
		processes: [wasmReader(0, { entersDeadLinkOnly: true }), wasmRun(0, { helper: true }), nativeApplication()],
		kills: 1,
	},
	{
		name: "X9 N | N | N, two fit the link, both killed",
		processes: [0, 1, 2].map((place) => nativeRun(place, { memberLimit: 2 })),
		kills: 2,
	},
	{
		name: "X10 unlock by a person who is wrong | N | W",
		processes: [unlock(0, { without: "nobody runs" }), nativeRun(1), wasmRun(2)],
		mayWaitForPerson: true,
	},
];

/** What nothing of godwit's can cure, or what needs a person. Each is found. */
export const UNSAFE: readonly Configuration[] = WORLDS.map((world) => ({ ...world, expect: "violation" }));
