import { statSync } from "node:fs";
import { hasJournal } from "../files/journal.ts";

/** What a reader that does not take the lock beside the file sees of it. */
export interface LockState {
	/** Differs when the lock has changed hands. */
	readonly lock: string;
	/** Whether the library's own locks keep this reader apart from all who may write, as long as the lock stays the same. */
	readonly covered: boolean;
	/** Whether the library itself reports a journal that has to be rolled back, once it has its own lock. */
	readonly ownJournal: boolean;
}

/** Two writes this many milliseconds apart have different times of the last write. */
export const CLOCK_STEP_MS = 50;

const COARSE_CLOCK_STEP_MS = 2_050;

const ATTEMPTS = 3;

/** In place of the time of the last write. */
const NO_FILE = "no file";

/** The result of a read that has to be done again under the lock. */
export const LOCK_NEEDED: unique symbol = Symbol("lock needed");

/**
 * Reads without the lock, and returns what was read only when nobody has written to the file meanwhile.
 *
 * The order is: time of the last write, journal, read, time of the last write. A library without godwit's locks writes to
 * the file only while its journal is there. So where there is no journal the file holds what was committed, and a later
 * write changes the time. A look for the journal before the first time, or after the second, proves nothing: see
 * test/model/README.md for what goes wrong then.
 *
 * A file that does not exist has no commits, whatever lies beside its name. It is read without the lock, since taking the
 * lock would make the file.
 *
 * @param read Must not be able to roll a journal back.
 * @param opens Whether `read` opens the file itself. A file that was opened before may be removed by now. Default false.
 * @returns What was read; `LOCK_NEEDED` when a journal has to be rolled back first, or the file was written just now.
 */
export function readWithoutLock<T>(
	path: string,
	look: () => LockState | undefined,
	read: () => T,
	{ opens = false }: { readonly opens?: boolean } = {},
): T | typeof LOCK_NEEDED {
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		const isUnchanged = lookBefore(path, look, { opens });
		if (isUnchanged === undefined) return LOCK_NEEDED;
		const outcome = outcomeOf(read);
		if (!isUnchanged()) continue;
		if ("error" in outcome) throw outcome.error;
		return outcome.result;
	}
	return LOCK_NEEDED;
}

/**
 * Looks at a file before it is read without the lock, in the order that `readWithoutLock` says.
 *
 * @returns A function to call after the read, which tells whether nobody has written meanwhile; undefined where the lock is needed.
 */
export function lookBefore(
	path: string,
	look: () => LockState | undefined,
	{ opens = false }: { readonly opens?: boolean } = {},
): (() => boolean) | undefined {
	const before = look();
	if (before === undefined) return undefined;
	const { lock, covered, ownJournal } = before;
	const written = covered ? lock : lastWrite(path);
	const isNothing = opens && written === NO_FILE;
	if (written === undefined || (!covered && !ownJournal && !isNothing && hasJournal(path))) return undefined;
	return () => (covered ? look()?.lock : lastWrite(path)) === written;
}

type Outcome<T> = { readonly result: T } | { readonly error: unknown };

/** A read during a write can see anything, and can fail. */
function outcomeOf<T>(read: () => T): Outcome<T> {
	try {
		return { result: read() };
	} catch (error) {
		return { error };
	}
}

/** @returns undefined when the last write is so recent that a further write could have the same time. */
function lastWrite(path: string): string | undefined {
	const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
	if (stat === undefined) return NO_FILE;
	const { dev, ino, size, mtimeNs, ctimeNs, mtimeMs } = stat;
	// Some file systems count whole seconds, or two.
	const step = mtimeNs % 1_000_000_000n === 0n ? COARSE_CLOCK_STEP_MS : CLOCK_STEP_MS;
	if (Math.abs(Date.now() - Number(mtimeMs)) < step) return undefined;
	return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
