import { NATIVE_READER_BESIDE_NATIVE } from "../steps/reader.ts";
import type { Process } from "./configuration.ts";

type More = Omit<Partial<Process>, "kind" | "place">;

/** Starts again after a kill. */
export const AGAIN: More = { restarts: 1 };

export function nativeRun(place = 0, more: More = {}): Process {
	return { kind: "native run", place, ...more };
}

/** Without a helper it sees nothing of native processes: the worst case. */
export function wasmRun(place = 0, more: More = {}): Process {
	return { kind: "wasm run", place, ...more };
}

export function nativeReader(place = 0, more: More = {}): Process {
	return { kind: "native reader", place, ...more };
}

/** Takes no stat where the link is native and stays the same. */
export function shortReader(place = 0, more: More = {}): Process {
	return nativeReader(place, { besideNative: NATIVE_READER_BESIDE_NATIVE, ...more });
}

export function wasmReader(place = 0, more: More = {}): Process {
	return { kind: "wasm reader", place, ...more };
}

/** Every application may roll back after it has written a page. */
export function nativeApplication(place = 0, transactions = 1, more: More = {}): Process {
	return { kind: "native application", place, transactions, rollsBack: true, ...more };
}

export function wasmApplication(place = 0, transactions = 1, more: More = {}): Process {
	return { kind: "wasm application", place, transactions, rollsBack: true, ...more };
}

export function unlock(place = 0, more: More = {}): Process {
	return { kind: "unlock", place, ...more };
}
