import type { Driver } from "../../driver/driver.ts";
import {
	type AppliedState,
	type HalfDone,
	halfDone,
	readAppliedState,
	settledVersions,
} from "../../history/applied-state.ts";
import { versionDigest } from "../../history/digest.ts";
import type { HistoryEvent } from "../../history/history-event.ts";
import { isApplied } from "../../history/known-versions.ts";
import { createRecorder, type Recorder, signed } from "../../history/recorder.ts";
import { MigrateError } from "../../migrate-error.ts";
import type { Source } from "../../source/source.ts";
import { compareVersions, NIL_VERSION, type Version } from "../../version.ts";
import { isPending } from "../policies/policies.ts";
import { recordOnce } from "../run/change-once.ts";
import { dirtyDatabase } from "../run/dirty-database.ts";
import { newToken } from "../token.ts";

/**
 * What a person says is so. Nothing runs.
 *
 * `adopt`: the schema has what this version makes. `pending`: it has not, so that the version may run, also one that was to be
 * skipped. `skip`: this version will never run here. These three say what is unknown, and put right what is only a guess, also what another
 * tool is taken to have applied or reverted; the database's version becomes another one where that is at the version concerned, or below
 * one that is adopted. `accept`: the file of this version is right as it is now. `dirty`: how the migration ended that left the
 * database dirty, after its schema was repaired by hand.
 */
export type Cure = { readonly note?: string | undefined } & (
	| { readonly kind: "adopt" | "pending" | "skip" | "accept"; readonly version: Version }
	| { readonly kind: "dirty"; readonly ended: "applied" | "reverted" }
);

/** What a cure writes. */
interface Written {
	/** The database's version afterwards. */
	readonly target: Version;
	readonly event: Pick<HistoryEvent, "op" | "version" | "direction"> & Partial<HistoryEvent>;
}

/**
 * Writes a cure down, under the lock.
 *
 * @throws MigrateError `ERR_REPAIR` when it does not fit what is known; `ERR_DIRTY`; `ERR_UNSUPPORTED` for a driver that
 *   keeps no history.
 */
export async function repair(source: Source, driver: Driver, cure: Cure): Promise<void> {
	const state = await readAppliedState({ driver, versions: await source.versions(), whole: true });
	const { version, dirty } = state.found;
	if (dirty && cure.kind !== "dirty") throw dirtyDatabase(state);
	if (!dirty && cure.kind === "dirty") throw doesNotFit(version, "the database is not dirty");
	if (driver.history === undefined) return settleByNumber(driver, state, cure);
	const settled = settledVersions(state);
	const recorder = await createRecorder({ history: driver.history, source, settled });
	const { target, event } = await written(state, cure, recorder);
	const events = await recorder.due(state.due);
	const said = { ...event, target, note: cure.note, ...signed() };
	state.known.add({ ...said, id: 0, stamp: undefined });
	const digest = versionDigest(settledVersions(state)).toString();
	await recordOnce(driver, {
		...{ version: target, dirty: false, from: { version, dirty }, token: newToken() },
		events: () => [...events, { ...said, digest }],
	});
}

async function written(state: AppliedState, cure: Cure, recorder: Recorder): Promise<Written> {
	if (cure.kind === "dirty") return settled(state, cure.ended);
	const { version, kind } = cure;
	const { found, versions, known } = state;
	const what = known.of(version);
	if (!versions.includes(version)) throw doesNotFit(version, `the source has no version ${version}`);
	if (kind === "accept") {
		if (!isApplied(what)) throw doesNotFit(version, `version ${version} is not applied`);
		return { target: found.version, event: { op: kind, version, ...(await recorder.files(version)) } };
	}
	if (isApplied(what) && !what.guess) throw doesNotFit(version, `version ${version} is applied`);
	if (kind === "adopt") {
		const target = adoptedTarget(state, version);
		return { target, event: { op: kind, version, direction: "up", ...(await recorder.files(version)) } };
	}
	if (kind === "pending" && isPending(what) && !what.guess) {
		throw doesNotFit(version, `version ${version} is not applied`);
	}
	// The version row is never at one that is not applied.
	const target = version === found.version ? highestBut(version, state) : found.version;
	return { target, event: kind === "skip" ? { op: kind, version } : { op: "settle", version, direction: "down" } };
}

/** Above the version row is only what another tool may have applied, and moved the row below since. */
function adoptedTarget({ found, known }: AppliedState, version: Version): Version {
	if (version <= found.version) return found.version;
	const { guess, state } = known.of(version);
	if (guess || state === "unknown") return version;
	const reason = `version ${version} is above the database's, ${found.version}; record a higher one with force`;
	throw doesNotFit(version, reason);
}

/** The version row becomes the highest that is applied then. */
function settled(state: AppliedState, ended: "applied" | "reverted"): Written {
	const { version, title } = dirtyMigration(state);
	const others = highestBut(version, state);
	const target = ended === "applied" && version > others ? version : others;
	return { target, event: { op: "settle", version, direction: ended === "applied" ? "up" : "down", title } };
}

/** The highest version that is applied, or may be and is below the version row, but for one. */
function highestBut(version: Version, { found, known, versions }: AppliedState): Version {
	const counts = (other: Version): boolean => {
		const what = known.of(other);
		return isApplied(what) || (what.state === "unknown" && other < found.version);
	};
	const others = [...versions, ...known.named()].filter((other) => other !== version && counts(other));
	return others.toSorted(compareVersions).at(-1) ?? NIL_VERSION;
}

/** A tool without a history leaves the database dirty below the first migration while it reverts that one. */
function dirtyMigration(state: AppliedState): HalfDone {
	const half = halfDone(state);
	const [first] = state.versions;
	return half.version === NIL_VERSION && first !== undefined ? { version: first } : half;
}

async function settleByNumber(driver: Driver, state: AppliedState, cure: Cure): Promise<void> {
	if (cure.kind !== "dirty") {
		const message = `repair -${cure.kind} needs a driver that keeps a history`;
		throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "history" });
	}
	const { version: half } = dirtyMigration(state);
	const below = state.versions.findLast((version) => version < half) ?? NIL_VERSION;
	const version = cure.ended === "applied" ? half : below;
	const { version: at, dirty } = state.found;
	await recordOnce(driver, { version, dirty: false, from: { version: at, dirty }, token: newToken() });
}

function doesNotFit(version: Version, reason: string): MigrateError<"ERR_REPAIR"> {
	return new MigrateError("ERR_REPAIR", `nothing to repair: ${reason}; nothing was changed`, { version });
}
