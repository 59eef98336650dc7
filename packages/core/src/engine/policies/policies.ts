import { type AppliedState, isSettled } from "../../history/applied-state.ts";
import { isApplied } from "../../history/known-versions.ts";
import { MigrateError } from "../../migrate-error.ts";
import type { Source } from "../../source/source.ts";
import { compareVersions, NIL_VERSION, type Version } from "../../version.ts";
import { type Goal, type VersionStatus, versionNotFound } from "../plan.ts";
import type { Finding } from "./finding.ts";
import { nameFiles } from "./name-files.ts";

/** What to do where source and database differ. */
export interface Policies {
	/**
	 * What a way up does with a migration that is not applied and is below the database's version, as one that was merged
	 * late. `"error"` (default) refuses before anything runs, `"skip"` leaves it alone, as Go does, `"apply"` runs it.
	 */
	readonly outOfOrder?: "error" | "skip" | "apply";
	/** What a way up with something to run does when the file of an applied migration was edited. Default `"error"`. */
	readonly changed?: "error" | "warn";
	/** What `up` does with a database above every file: `"error"` (default), or `"allow"`: nothing at all. */
	readonly newer?: "error" | "allow";
}

/** What is planned with, and what was found on the way. */
export interface Judgement {
	/** Ascending. */
	readonly statuses: readonly VersionStatus[];
	readonly findings: readonly Finding[];
	/**
	 * Why nothing may be run: `ERR_HALF_REVERTED`, `ERR_OUT_OF_ORDER`, `ERR_DATABASE_NEWER`; `ERR_VERSION_NOT_FOUND` when the source lacks the
	 * database's version and has higher ones.
	 */
	readonly refusal?: MigrateError | undefined;
}

/** Decides what may be planned from what is applied. */
export async function judge(source: Source, state: AppliedState, goal: Goal, policies: Policies): Promise<Judgement> {
	const newer = newerDatabase(state, goal, policies);
	if (newer !== undefined) return newer;
	const halfReverted = await judgeHalfReverted(source, state, goal);
	if (halfReverted !== undefined) return halfReverted;
	const findings: Finding[] = [];
	const outOfOrder = pendingBelow(state, goal);
	const missing = missingVersions(state);
	const unknown = state.versions.filter((version) => state.known.of(version).state === "unknown");
	const statuses = statusesOf(state, missing, policies.outOfOrder === "apply" ? [] : outOfOrder);
	if (!goesUp(goal)) return { statuses, findings };
	if (missing.length > 0) findings.push(missingFinding(missing, source.location));
	if (unknown.length > 0) findings.push(await unknownFinding(source, unknown));
	if (outOfOrder.length === 0 || policies.outOfOrder === "apply") return { statuses, findings };
	const found = await outOfOrderFinding(source, outOfOrder, state.found.version);
	if (policies.outOfOrder === "skip") return { statuses, findings: [...findings, { ...found, level: "warning" }] };
	const refusal = new MigrateError("ERR_OUT_OF_ORDER", found.message, { versions: outOfOrder });
	return { statuses, findings: [...findings, found], refusal };
}

/** To redo is to be where one was. */
function goesUp({ kind }: Goal): boolean {
	return kind === "up" || kind === "version";
}

function newerDatabase({ found, versions }: AppliedState, goal: Goal, policies: Policies): Judgement | undefined {
	const { version } = found;
	const newest = versions.at(-1);
	if (version === NIL_VERSION || versions.includes(version)) return undefined;
	if (newest === undefined || version < newest) {
		const refusal = versionNotFound(versions, version, `the database is at version ${version}`);
		const finding: Finding = { kind: "missing", level: "error", versions: [version], message: refusal.message };
		return { statuses: [], findings: [finding], refusal };
	}
	const message = `the database is at version ${version}, above the newest migration in the source, ${newest}: it was migrated by a newer release; deploy that one`;
	const allowed = policies.newer === "allow" && goal.kind === "up";
	const finding: Finding = { kind: "newer", level: allowed ? "warning" : "error", versions: [version], message };
	if (allowed) return { statuses: [], findings: [finding] };
	const advice = goal.kind === "up" ? ', or do nothing with -newer allow (newer: "allow")' : "";
	const refusal = new MigrateError("ERR_DATABASE_NEWER", `${message}${advice}`, { version, newest });
	return { statuses: [], findings: [finding], refusal };
}

/** Nothing may be applied above a migration that is half reverted, and a database is not at it either. */
async function judgeHalfReverted(source: Source, { known }: AppliedState, goal: Goal): Promise<Judgement | undefined> {
	const concerns = (version: Version): boolean =>
		goal.kind === "up" || (goal.kind === "version" && goal.version >= version);
	const rounds = [...known.named()].flatMap((version) => known.of(version).round ?? []);
	const last = rounds.find(({ version, direction }) => direction === "down" && concerns(version));
	if (last === undefined) return undefined;
	const { version, note } = last;
	const file = await nameFiles(source, [version]);
	const message = `${file} is half reverted: its down file began to run in rounds, which have changed ${note}, and did not end; go on with down 1, and then go up again`;
	const finding: Finding = { kind: "half-reverted", level: "error", versions: [version], message };
	const refusal = new MigrateError("ERR_HALF_REVERTED", message, { version });
	return { statuses: [], findings: [finding], refusal };
}

/** What another tool has left unfinished below is for `force` to say. */
function pendingBelow({ found, versions, known, history }: AppliedState, goal: Goal): readonly Version[] {
	if (history !== "read" || !goesUp(goal)) return [];
	const top = goal.kind === "version" && goal.version < found.version ? goal.version + 1n : found.version;
	return versions.filter((version) => version < top && isPending(known.of(version)));
}

export function isPending(known: ReturnType<AppliedState["known"]["of"]>): boolean {
	return !isSettled(known) && known.state !== "unknown";
}

/** Applied, without a file. */
export function missingVersions({ versions, known }: AppliedState): readonly Version[] {
	const named = [...known.named()].filter((version) => isApplied(known.of(version)));
	// A set of ten thousand versions takes a twentieth of an idle start.
	const files = new Set(named.length === 0 ? [] : versions);
	return named.filter((version) => !files.has(version)).toSorted(compareVersions);
}

/** What can be reverted, whether it has a file or not, and what cannot. */
export function appliedStatuses(state: AppliedState): readonly VersionStatus[] {
	return statusesOf(state, missingVersions(state), []);
}

function statusesOf(
	{ versions, known }: AppliedState,
	missing: readonly Version[],
	left: readonly Version[],
): readonly VersionStatus[] {
	const leave = new Set(left);
	const all = missing.length === 0 ? versions : [...versions, ...missing].toSorted(compareVersions);
	return all.map((version) => {
		const what = known.of(version);
		if (isApplied(what)) return { version, state: "applied" };
		return { version, state: isPending(what) && !leave.has(version) ? "pending" : "neither" };
	});
}

function missingFinding(versions: readonly Version[], location: string): Finding {
	const which = versions.length === 1 ? `version ${versions[0]} is` : `versions ${versions.join(", ")} are`;
	const message = `${which} applied, and ${location} has no such file; put it back, or revert it with what the history stored of it, with down -stored`;
	return { kind: "missing", level: "warning", versions, message };
}

async function unknownFinding(source: Source, versions: readonly Version[]): Promise<Finding> {
	const files = await nameFiles(source, versions);
	const message = `another tool was at work, and whether it has applied ${files} is not known; look at the schema, and say so with repair -adopt or repair -pending`;
	return { kind: "unknown", level: "warning", versions, message };
}

async function outOfOrderFinding(source: Source, versions: readonly Version[], current: Version): Promise<Finding> {
	const files = await nameFiles(source, versions);
	const which = versions.length === 1 ? "is not applied and is" : "are not applied and are";
	const message = `${files} ${which} below version ${current}, which the database is at; apply with -out-of-order apply (outOfOrder: "apply"), leave alone with "skip", give a higher number, or say that it never runs here with repair -skip`;
	return { kind: "out-of-order", level: "error", versions, message };
}
