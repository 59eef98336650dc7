import type { Driver, LockOptions } from "../driver/driver.ts";
import type { FoundVersion } from "../driver/version-state.ts";
import type { Direction } from "../migration.ts";
import { NIL_VERSION, type Version } from "../version.ts";
import { adopt, type DueEvent } from "./adoption.ts";
import { versionDigest } from "./digest.ts";
import { isApplied, type KnownVersion, type KnownVersions, knownVersions } from "./known-versions.ts";

/** What is applied in a database, next to what a source has. */
export interface AppliedState {
	readonly found: FoundVersion;
	/** Of the source, ascending. */
	readonly versions: readonly Version[];
	readonly known: KnownVersions;
	/** `none`: the number alone says what is applied. `unread`: it says what is settled, and the history agrees. */
	readonly history: "none" | "unread" | "read";
	/** What has to be written before anything else. */
	readonly due: readonly DueEvent[];
	/** Whether any event was ever written. */
	readonly begun: boolean;
}

export interface ReadAppliedState {
	readonly driver: Driver;
	/** Of the source, ascending. */
	readonly versions: readonly Version[];
	/**
	 * Reads the history even where its digest says that all at or below the number is settled: only the history tells what of that
	 * is applied and what is skipped, which has to be known before anything is reverted. It may depend on the database's version.
	 */
	readonly whole: boolean | ((at: Version) => boolean);
	readonly waiting?: LockOptions | undefined;
}

/** Reads what is applied: one read where the history agrees with the number, a second one for the history where it may not. */
export async function readAppliedState({ driver, versions, whole, waiting }: ReadAppliedState): Promise<AppliedState> {
	const { history } = driver;
	if (whole === true && history !== undefined) return readWhole(history, versions, waiting);
	const found = await driver.version(waiting);
	if (history === undefined || found.head === undefined) return byNumber(found, versions, "none");
	const wanted = typeof whole === "function" && whole(found.version);
	if (!wanted && agrees(found, versions)) return byNumber(found, versions, "unread");
	return readWhole(history, versions, waiting);
}

const APPLIED: KnownVersion = { state: "applied", guess: false };
const SETTLED: KnownVersion = { state: "settled", guess: false };
const NEW: KnownVersion = { state: "new", guess: false };

function byNumber(found: FoundVersion, versions: readonly Version[], history: "none" | "unread"): AppliedState {
	const below = history === "none" ? APPLIED : SETTLED;
	const known: KnownVersions = {
		// The version row is never at one that is skipped.
		of: (version) => (version === found.version ? APPLIED : version < found.version ? below : NEW),
		named: () => [],
		add() {},
	};
	return { found, versions, known, history, due: [], begun: found.head?.last !== undefined };
}

async function readWhole(
	history: NonNullable<Driver["history"]>,
	versions: readonly Version[],
	waiting: LockOptions | undefined,
): Promise<AppliedState> {
	const { events, ...found } = await history.read(waiting);
	const known = knownVersions(events);
	const due = isTrusted(found) ? [] : adopt(known, found.head.last?.target, found, versions);
	return { found, versions, known, history: "read", due, begun: events.length > 0 };
}

/** Whether the version row is as the last event has left it. */
function isTrusted({ version, dirty, head }: FoundVersion): boolean {
	if (head?.last === undefined) return version === NIL_VERSION && !dirty;
	return head.last.target === version && head.last.stamp === head.stamp;
}

function agrees(found: FoundVersion, versions: readonly Version[]): boolean {
	if (!isTrusted(found)) return false;
	const last = found.head?.last;
	return last === undefined || last.digest === String(versionDigest(versions.filter((v) => v <= found.version)));
}

/** The versions of which nothing has to be asked any more: what is applied and not half reverted, and what will never run. */
export function settledVersions({ known, versions }: AppliedState): ReadonlySet<Version> {
	const settled = (what: KnownVersion): boolean => isSettled(what) && what.round?.direction !== "down";
	return new Set([...versions, ...known.named()].filter((version) => settled(known.of(version))));
}

export function isSettled(known: KnownVersion): boolean {
	return isApplied(known) || known.state === "skipped" || known.state === "settled";
}

/** What a dirty database is in the midst of. */
export interface HalfDone {
	/** Of the database itself where the history does not say which migration it is. */
	readonly version: Version;
	/** Missing where the history does not say it. */
	readonly direction?: Direction | undefined;
	readonly title?: string | undefined;
}

/**
 * Returns what a dirty database is in the midst of. The version row does not tell it: it is higher than a migration that runs out of
 * order, and lower than one that is reverted.
 */
export function halfDone({ found, known }: AppliedState): HalfDone {
	const began = [...known.named()].map((version) => known.of(version)).find(({ state }) => state === "dirty")?.event;
	return began ?? { version: found.version };
}
