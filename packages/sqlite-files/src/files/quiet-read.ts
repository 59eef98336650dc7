import { statSync } from "node:fs";
import { hasJournal } from "./journal.ts";

/** What a reader without a lock sees of the lock beside the file. */
export interface Surroundings {
	/** Differs when the lock has changed hands. */
	readonly lock: string;
	/** Tells that the library's own locks keep apart whoever may write while the lock stays the same. */
	readonly covered: boolean;
	/** Tells that the library itself reports a journal that has to be rolled back, once it has its lock. */
	readonly ownJournal: boolean;
}

/** After how many milliseconds the time of a write differs from that of an earlier one for sure. */
export const CLOCK_STEP_MS = 50;

const COARSE_CLOCK_STEP_MS = 2_050;

const ATTEMPTS = 3;

/** In place of the time of the last write. */
const NO_FILE = "no file";

/** Says that a read without a lock cannot be trusted here and now. */
export const NOT_QUIET: unique symbol = Symbol("not quiet");

/**
 * Reads without a lock, and believes what was read only when nobody has written meanwhile: the file is as it was before
 * the look for a journal.
 *
 * A library without our locks writes to the file only while its journal is there. Without a journal the file holds what
 * was committed, then, and whoever writes after that changes the time of the last write. Before the first look at that
 * time, or after the second, the journal says nothing: test/model/README.md has what goes wrong then.
 *
 * Nothing was ever committed to a file that is not there, whatever lies beside its name; to enter would make it.
 *
 * @param read Must not be able to roll a journal back.
 * @param opens Tells that `read` opens the file, and does not use one that was opened before and may be removed by now.
 * @returns What was read; `NOT_QUIET` when somebody has to enter to read: a journal that has to be rolled back first, or a
 *   write just now.
 */
export function readQuietly<T>(
	path: string,
	look: () => Surroundings | undefined,
	read: () => T,
	{ opens = false }: { readonly opens?: boolean } = {},
): T | typeof NOT_QUIET {
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		const before = look();
		if (before === undefined) return NOT_QUIET;
		const { lock, covered, ownJournal } = before;
		const written = covered ? lock : lastWrite(path);
		const isNothing = opens && written === NO_FILE;
		if (written === undefined || (!covered && !ownJournal && !isNothing && hasJournal(path))) return NOT_QUIET;
		const outcome = outcomeOf(read);
		if ((covered ? look()?.lock : lastWrite(path)) !== written) continue;
		if ("error" in outcome) throw outcome.error;
		return outcome.result;
	}
	return NOT_QUIET;
}

type Outcome<T> = { readonly result: T } | { readonly error: unknown };

/** Amid a write anything may be read, and fail. */
function outcomeOf<T>(read: () => T): Outcome<T> {
	try {
		return { result: read() };
	} catch (error) {
		return { error };
	}
}

/** @returns undefined when a write just now could not be told from a later one. */
function lastWrite(path: string): string | undefined {
	const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
	if (stat === undefined) return NO_FILE;
	const { dev, ino, size, mtimeNs, ctimeNs, mtimeMs } = stat;
	// Some file systems count whole seconds, or two.
	const step = mtimeNs % 1_000_000_000n === 0n ? COARSE_CLOCK_STEP_MS : CLOCK_STEP_MS;
	if (Math.abs(Date.now() - Number(mtimeMs)) < step) return undefined;
	return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
