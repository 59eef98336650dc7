import type { Configuration } from "./configuration.ts";
import {
	AGAIN,
	nativeApplication,
	nativeReader,
	nativeRun,
	shortReader,
	unlock,
	wasmApplication,
	wasmReader,
	wasmRun,
} from "./processes.ts";

/** "|" separates places. A native run is N, a wasm run W, a reader R, an application A. */
type Described = Omit<Configuration, "expect">;

/** A fresh process of each kind of a world with both libraries. */
const EACH = [nativeRun(), wasmRun(), nativeReader(), wasmReader()];

const NATIVE_ONLY: readonly Described[] = [
	{ name: "N1 N N", processes: [nativeRun(0, AGAIN), nativeRun(0, AGAIN)], kills: 2, alone: EACH },
	{
		name: "N2 N | N | N",
		large: true,
		processes: [nativeRun(0), nativeRun(1), nativeRun(2)],
		kills: 2,
		alone: [nativeRun(3), nativeRun(0), nativeReader(3), nativeReader(0)],
	},
	{
		name: "N3 N N | N",
		large: true,
		processes: [nativeRun(0, AGAIN), nativeRun(0), nativeRun(1)],
		kills: 3,
		alone: [nativeRun(3), nativeRun(0), nativeReader(3), nativeReader(0)],
	},
	{
		name: "N4 N | N, two migrations",
		large: true,
		processes: [nativeRun(0, AGAIN), nativeRun(1, AGAIN)],
		kills: 2,
		target: 2,
		alone: [nativeRun(2), nativeReader(2)],
	},
	{
		name: "N5 N | N | N, two fit the link",
		large: true,
		processes: [0, 1, 2].map((place) => nativeRun(place, { memberLimit: 2 })),
		kills: 1,
		alone: [nativeRun(3, { memberLimit: 2 }), nativeReader(3, { memberLimit: 2 })],
	},
	{
		name: "N6 N | N | N, two fit the link, aged members are dropped when it is full",
		large: true,
		processes: [0, 1, 2].map((place) => nativeRun(place, { memberLimit: 2, dropsAged: true })),
		kills: 2,
		alone: [nativeRun(3, { memberLimit: 2, dropsAged: true })],
	},
	{
		name: "N7 N | N where no link can be made",
		processes: [nativeRun(0, { noLinks: true }), nativeRun(1, { noLinks: true })],
		kills: 2,
		alone: [nativeRun(2, { noLinks: true })],
	},
];

const WASM_ONLY: readonly Described[] = [
	{ name: "W1 W W", processes: [wasmRun(0, AGAIN), wasmRun(0, AGAIN)], kills: 2, alone: EACH },
	{
		name: "W2 W W W",
		large: true,
		processes: [wasmRun(0, AGAIN), wasmRun(0, AGAIN), wasmRun(0)],
		kills: 2,
		alone: EACH,
	},
	{
		name: "W3 W W | W",
		large: true,
		processes: [wasmRun(0, AGAIN), wasmRun(0, AGAIN), wasmRun(1)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{ name: "W4 W W, two migrations", processes: [wasmRun(0, AGAIN), wasmRun(0)], kills: 2, target: 2, alone: EACH },
];

const MIXED: readonly Described[] = [
	{ name: "M1 N W", processes: [nativeRun(0, AGAIN), wasmRun(0, AGAIN)], kills: 2, alone: EACH },
	{
		name: "M2 N N W",
		large: true,
		processes: [nativeRun(0, AGAIN), nativeRun(0, AGAIN), wasmRun(0, AGAIN)],
		kills: 2,
		alone: EACH,
	},
	{
		name: "M3 N W W",
		large: true,
		processes: [nativeRun(0, AGAIN), wasmRun(0, AGAIN), wasmRun(0, AGAIN)],
		kills: 2,
		alone: EACH,
	},
	{
		name: "M4 N | N | W",
		processes: [nativeRun(0), nativeRun(1), wasmRun(2)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{
		name: "M5 N N | W",
		processes: [nativeRun(0, AGAIN), nativeRun(0), wasmRun(1)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{
		name: "M6 N W | N",
		large: true,
		processes: [nativeRun(0, AGAIN), wasmRun(0, AGAIN), nativeRun(1)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{
		name: "M7 N W, two migrations",
		processes: [nativeRun(0, AGAIN), wasmRun(0, AGAIN)],
		kills: 3,
		target: 2,
		alone: EACH,
	},
	{
		name: "M8 N N W W",
		large: true,
		processes: [nativeRun(0), nativeRun(0), wasmRun(0), wasmRun(0)],
		kills: 1,
		alone: EACH,
	},
	{
		name: "M9 N N W | N",
		large: true,
		processes: [nativeRun(0), nativeRun(0), nativeRun(1), wasmRun(0)],
		kills: 1,
		mayWaitForPerson: true,
	},
	{
		name: "M10 N W | N, two migrations",
		large: true,
		processes: [nativeRun(0, AGAIN), wasmRun(0, AGAIN), nativeRun(1, AGAIN)],
		kills: 3,
		target: 2,
		mayWaitForPerson: true,
	},
	{
		name: "M11 N | N | W, two fit the link",
		processes: [nativeRun(0, { memberLimit: 2 }), nativeRun(1, { memberLimit: 2 }), wasmRun(2)],
		kills: 1,
		mayWaitForPerson: true,
	},
	{
		name: "M12 N | N | N | W, two fit the link",
		large: true,
		processes: [...[0, 1, 2].map((place) => nativeRun(place, { memberLimit: 2 })), wasmRun(3)],
		mayWaitForPerson: true,
	},
	{
		name: "M13 N | N | W, one fits the link, aged members are dropped when it is full",
		processes: [...[0, 1].map((place) => nativeRun(place, { memberLimit: 1, dropsAged: true })), wasmRun(2)],
		kills: 1,
		mayWaitForPerson: true,
	},
];

const READERS: readonly Described[] = [
	{
		name: "R1 native R, N N",
		large: true,
		processes: [nativeReader(0), nativeRun(0, AGAIN), nativeRun(0)],
		kills: 2,
		alone: EACH,
	},
	{
		name: "R2 native R | N | N",
		large: true,
		processes: [nativeReader(0), nativeRun(1), nativeRun(2)],
		kills: 2,
		alone: [nativeReader(3)],
	},
	{
		name: "R3 wasm R, W W",
		large: true,
		processes: [wasmReader(0), wasmRun(0, AGAIN), wasmRun(0)],
		kills: 2,
		alone: EACH,
	},
	{ name: "R4 native R, N W", processes: [nativeReader(0), nativeRun(0), wasmRun(0)], kills: 2, alone: EACH },
	{ name: "R5 wasm R, N W", processes: [wasmReader(0), nativeRun(0), wasmRun(0)], kills: 2, alone: EACH },
	{
		name: "R6 native R | N | W",
		processes: [nativeReader(0), nativeRun(1), wasmRun(2)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{ name: "R7 wasm R | N | W", processes: [wasmReader(0), nativeRun(1), wasmRun(2)], kills: 2, mayWaitForPerson: true },
	{
		name: "R8 native R, native R, N W",
		large: true,
		processes: [nativeReader(0), nativeReader(0), nativeRun(0), wasmRun(0)],
		kills: 1,
		alone: EACH,
	},
	{
		name: "R9 native R, wasm R, N W",
		large: true,
		processes: [nativeReader(0), wasmReader(0), nativeRun(0), wasmRun(0)],
		kills: 1,
		alone: EACH,
	},
	{
		name: "R10 native R, wasm R, N N",
		large: true,
		processes: [nativeReader(0), wasmReader(0), nativeRun(0), nativeRun(0)],
		kills: 1,
		alone: EACH,
	},
	{
		name: "R11 native R, N W | N",
		large: true,
		processes: [nativeReader(0), nativeRun(0), wasmRun(0), nativeRun(1)],
		kills: 1,
		mayWaitForPerson: true,
	},
	{
		name: "R12 native R without a stat beside native links, N W W",
		large: true,
		processes: [shortReader(0), nativeRun(0), wasmRun(0), wasmRun(0)],
		kills: 1,
		alone: EACH,
	},
	{
		name: "R13 native R without a stat beside native links | N | W",
		processes: [shortReader(0), nativeRun(1), wasmRun(2)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{
		name: "R14 native R, N W, timestamps with ticks",
		large: true,
		processes: [nativeReader(0), nativeRun(0), wasmRun(0)],
		kills: 1,
		ticks: true,
		alone: EACH,
	},
	{
		name: "R15 wasm R, N W, timestamps with ticks",
		large: true,
		processes: [wasmReader(0), nativeRun(0), wasmRun(0)],
		kills: 1,
		ticks: true,
		alone: EACH,
	},
	{
		name: "R16 native R where no link can be made, N W",
		processes: [nativeReader(0, { noLinks: true }), nativeRun(0), wasmRun(0)],
		kills: 2,
		alone: EACH,
	},
	{
		name: "R17 wasm R that enters a dead link only, W W",
		processes: [wasmReader(0, { entersDeadLinkOnly: true }), wasmRun(0), wasmRun(0)],
		kills: 2,
		alone: [wasmReader(0, { entersDeadLinkOnly: true }), ...EACH],
	},
	{
		name: "R18 native R | N | N, two fit the link",
		large: true,
		processes: [
			nativeReader(0, { memberLimit: 2 }),
			nativeRun(1, { memberLimit: 2 }),
			nativeRun(2, { memberLimit: 2 }),
		],
		kills: 1,
	},
];

const APPLICATIONS: readonly Described[] = [
	{ name: "A1 native A, native A", processes: [nativeApplication(0, 2, AGAIN), nativeApplication()], kills: 2 },
	{ name: "A2 wasm A, wasm A", processes: [wasmApplication(0, 2), wasmApplication(0, 2)] },
	{
		name: "A3 N, native A",
		large: true,
		processes: [nativeRun(0, AGAIN), nativeApplication(0, 2, AGAIN)],
		kills: 2,
		alone: [nativeRun(), nativeReader()],
	},
	{
		name: "A4 N | N | native A",
		large: true,
		processes: [nativeRun(0), nativeRun(1), nativeApplication(2)],
		kills: 2,
		alone: [nativeRun(3), nativeReader(3)],
	},
	{
		name: "A5 N N | N | native A",
		large: true,
		processes: [nativeRun(0), nativeRun(1), nativeApplication(2), nativeRun(0)],
		kills: 1,
		alone: [nativeRun(3), nativeReader(3)],
	},
	{
		name: "A6 N, wasm A",
		processes: [nativeRun(0, AGAIN), wasmApplication(0, 2)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{
		name: "A7 N | wasm A | N",
		processes: [nativeRun(0), wasmApplication(1), nativeRun(2)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{
		name: "A8 N N, wasm A",
		processes: [nativeRun(0, AGAIN), nativeRun(0), wasmApplication(0)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{ name: "A9 W, wasm A", processes: [wasmRun(0, AGAIN), wasmApplication(0, 2)], kills: 1, mayWaitForPerson: true },
	{
		name: "A10 N | N | W | wasm A",
		large: true,
		processes: [nativeRun(0), nativeRun(1), wasmRun(2), wasmApplication(3)],
		kills: 1,
		mayWaitForPerson: true,
	},
	{
		name: "A11 native R, wasm A",
		processes: [nativeReader(0), wasmApplication(0, 3)],
		kills: 1,
		mayWaitForPerson: true,
	},
	{ name: "A12 wasm R, wasm A", processes: [wasmReader(0), wasmApplication(0, 3)], kills: 1, mayWaitForPerson: true },
	{
		name: "A13 native R, native A, native A",
		large: true,
		processes: [nativeReader(0), nativeApplication(0, 2, AGAIN), nativeApplication()],
		kills: 2,
		alone: [nativeReader(), nativeRun()],
	},
	{
		name: "A14 native R, N | wasm A",
		large: true,
		processes: [nativeReader(0), nativeRun(0, AGAIN), wasmApplication(1, 2)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{
		name: "A15 wasm R, W | wasm A",
		processes: [wasmReader(0), wasmRun(0), wasmApplication(1, 2)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{
		name: "A16 native R, N | native A",
		large: true,
		processes: [nativeReader(0), nativeRun(0), nativeApplication(1, 2)],
		kills: 2,
		alone: [nativeReader(), nativeRun()],
	},
	{
		name: "A17 native R, wasm A, timestamps with ticks",
		processes: [nativeReader(0), wasmApplication(0, 3)],
		ticks: true,
		mayWaitForPerson: true,
	},
	{
		name: "A18 wasm R, wasm A, timestamps with ticks",
		processes: [wasmReader(0), wasmApplication(0, 3)],
		ticks: true,
		mayWaitForPerson: true,
	},
	{
		name: "A19 native R without a stat beside native links, N | wasm A",
		large: true,
		processes: [shortReader(0), nativeRun(0, AGAIN), wasmApplication(1, 2)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{
		name: "A20 native R where no link can be made, wasm A",
		processes: [nativeReader(0, { noLinks: true }), wasmApplication(0, 3)],
		kills: 1,
		mayWaitForPerson: true,
	},
	{
		name: "A21 wasm R where no link can be made, native A",
		processes: [wasmReader(0, { noLinks: true }), nativeApplication(0, 3, AGAIN)],
		kills: 1,
	},
	{
		name: "A22 wasm R that enters a dead link only, native A, native A",
		large: true,
		processes: [wasmReader(0, { entersDeadLinkOnly: true }), nativeApplication(0, 2, AGAIN), nativeApplication()],
		kills: 1,
	},
	{
		name: "A23 wasm R that enters a dead link only, N | wasm A",
		large: true,
		processes: [wasmReader(0, { entersDeadLinkOnly: true }), nativeRun(0, AGAIN), wasmApplication(1)],
		kills: 2,
		mayWaitForPerson: true,
	},
	{
		name: "A24 W that looks at native locks, native R",
		processes: [wasmRun(0, { looks: true }), nativeReader(0), nativeReader(0)],
		kills: 1,
		neverRefuses: true,
	},
	{
		name: "A25 W that looks at native locks, N, native R",
		processes: [wasmRun(0, { looks: true }), nativeRun(0), nativeReader(0)],
		kills: 1,
		neverRefuses: true,
	},
];

const HELPER: readonly Described[] = [
	{
		name: "H1 W with a helper, native A",
		processes: [wasmRun(0, { helper: true, ...AGAIN }), nativeApplication(0, 2, AGAIN)],
		kills: 2,
		alone: [wasmRun(0, { helper: true }), nativeRun(), nativeReader(), wasmReader(0, { helper: true })],
	},
	{
		name: "H2 W with a helper | native A | N",
		processes: [wasmRun(0, { helper: true }), nativeApplication(1), nativeRun(2)],
		kills: 1,
		mayWaitForPerson: true,
	},
	{
		name: "H3 N, W with a helper, native A | N",
		large: true,
		processes: [nativeRun(0), wasmRun(0, { helper: true }), nativeApplication(0), nativeRun(1)],
		kills: 1,
		mayWaitForPerson: true,
	},
	{
		name: "H4 native R, W with a helper, native A",
		large: true,
		processes: [nativeReader(0), wasmRun(0, { helper: true, ...AGAIN }), nativeApplication(0, 2)],
		kills: 2,
		alone: [nativeReader(), wasmRun(0, { helper: true })],
	},
	{
		name: "H5 wasm R with a helper, native A, native A",
		large: true,
		processes: [wasmReader(0, { helper: true }), nativeApplication(0, 2, AGAIN), nativeApplication()],
		kills: 2,
		alone: [wasmReader(0, { helper: true }), nativeReader()],
	},
	{
		name: "H6 wasm R and W with helpers, native A",
		large: true,
		processes: [wasmReader(0, { helper: true }), wasmRun(0, { helper: true }), nativeApplication(0, 2)],
		kills: 2,
		alone: [wasmReader(0, { helper: true }), wasmRun(0, { helper: true })],
	},
	{
		name: "H7 W with a helper, W without, N",
		processes: [wasmRun(0, { helper: true }), wasmRun(0), nativeRun(0)],
		kills: 2,
		alone: EACH,
	},
];

const UNLOCK: readonly Described[] = [
	{
		name: "U1 unlock, wasm A, wasm A",
		processes: [unlock(), wasmApplication(), wasmApplication()],
		kills: 1,
		mayWaitForPerson: true,
	},
	{
		name: "U2 unlock | W, wasm A",
		processes: [unlock(1), wasmRun(0), wasmApplication()],
		kills: 1,
		mayWaitForPerson: true,
	},
	{ name: "U3 unlock | N | W", processes: [unlock(0), nativeRun(1), wasmRun(2)], kills: 2, mayWaitForPerson: true },
	{
		name: "U4 unlock, native R | wasm A, wasm A",
		processes: [unlock(), nativeReader(), wasmApplication(1), wasmApplication(1)],
		kills: 1,
		mayWaitForPerson: true,
	},
	{
		name: "U5 unlock | wasm R, W, wasm A",
		processes: [unlock(1), wasmReader(0), wasmRun(0), wasmApplication()],
		kills: 1,
		mayWaitForPerson: true,
	},
];

/** What is built. Each holds. */
export const BUILT: readonly Configuration[] = [
	...NATIVE_ONLY,
	...WASM_ONLY,
	...MIXED,
	...READERS,
	...APPLICATIONS,
	...HELPER,
	...UNLOCK,
].map((configuration) => ({ ...configuration, expect: "holds" }));
