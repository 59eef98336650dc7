import { hash } from "./hash.ts";
import type { Owner } from "./owner.ts";
import { currentPlace } from "./place.ts";

interface HoldersOfThread {
	/** Never given out twice. */
	next: number;
	/** Counts the links of this thread's owners, so that each has a name of its own. */
	made: number;
	readonly living: Set<number>;
}

/** Shared by all copies of this package in the thread. */
const KEY: unique symbol = Symbol.for("@godwit/sqlite-files/holders");

function holdersOfThread(): HoldersOfThread {
	const store = globalThis as { [KEY]?: HoldersOfThread };
	store[KEY] ??= { next: 1, made: 0, living: new Set() };
	return store[KEY];
}

/** Takes locks, from now until `end`. */
export interface Holder {
	readonly owner: Owner;
	/** From now on the holder counts as dead, and others may take over the locks that it has not given back. */
	end(): void;
}

export function newHolder(): Holder {
	const place = currentPlace();
	const { living } = holdersOfThread();
	const holder = holdersOfThread().next++;
	living.add(holder);
	return { owner: { ...place, holder }, end: () => void living.delete(holder) };
}

/** Returns whether a holder of this thread has not ended. */
export function isLivingHere(holder: number): boolean {
	return holdersOfThread().living.has(holder);
}

/** A name of letters, digits and hyphens that no other link has, on any machine. */
export function newLinkId({ host, boot, space, pid, thread, start = 0 }: Owner): string {
	const number = (value: number): string => value.toString(36);
	const machine = hash([host, boot, space].join());
	return [machine, number(pid), number(thread), number(start), number(holdersOfThread().made++)].join("-");
}
