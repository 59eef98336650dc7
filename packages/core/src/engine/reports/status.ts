import type { Driver, LockOptions } from "../../driver/driver.ts";
import type { VersionState } from "../../driver/version-state.ts";
import { type AppliedState, halfDone, readAppliedState } from "../../history/applied-state.ts";
import type { RecordedEvent } from "../../history/history-event.ts";
import { isApplied, type KnownVersion } from "../../history/known-versions.ts";
import type { Source } from "../../source/source.ts";
import { compareVersions, NIL_VERSION, type Version } from "../../version.ts";
import { acceptedFinding, type ChangedFile, changedFiles, changedFinding } from "../policies/changed-files.ts";
import type { Finding } from "../policies/finding.ts";
import { nameFiles } from "../policies/name-files.ts";
import { isPending, judge, missingVersions, type Policies } from "../policies/policies.ts";
import { describeDirty } from "../run/dirty-database.ts";

/**
 * `applied`, by godwit, or with a database that keeps no history by anybody. `adopted`: by another tool. `baseline` and
 * `forced`: a person said so. `under-way`: rounds of it ran, up or down as its event says, and it is not done; or another process runs it outside a transaction. `changed`: applied, and the file means something else now. `reformatted`: applied, and comments
 * or white space of the file differ. `missing`: applied, and there is no file. `newer`: the same, above all files. `skipped`:
 * it will never run here. `pending`: `up` runs it. `out-of-order`: not applied and below the database's version. `dirty`: it
 * began and did not end. `unknown`: another tool may have applied it or not.
 */
export type MigrationState =
	| "applied"
	| "adopted"
	| "baseline"
	| "forced"
	| "under-way"
	| "changed"
	| "reformatted"
	| "missing"
	| "newer"
	| "skipped"
	| "pending"
	| "out-of-order"
	| "dirty"
	| "unknown";

/** One migration, of the source or of the database. */
export interface MigrationStatus {
	readonly version: Version;
	readonly state: MigrationState;
	/** Another tool was at work since, or did it: the state is what it probably is. */
	readonly guess: boolean;
	/** The file's title; may be empty. Missing when neither file nor history has one. */
	readonly title?: string | undefined;
	/** Where the up file is, else the down file; missing when there is none. */
	readonly location?: string | undefined;
	/** What the history says of it last. */
	readonly event?: RecordedEvent | undefined;
	/** How many rows the rounds have changed so far of one that is under way; missing without rounds. */
	readonly rows?: number | undefined;
}

/** A migration that is not applied, and may be; under way is one whose rounds go up. */
export type PendingMigration = MigrationStatus & { readonly state: "pending" | "out-of-order" | "under-way" };

/** Returns whether `up` has to do with a migration: it is not applied, or not to its end. */
export function isPendingMigration(migration: MigrationStatus): migration is PendingMigration {
	if (migration.state === "under-way") return migration.event?.direction !== "down";
	return migration.state === "pending" || migration.state === "out-of-order";
}

/** Where a database is, next to a source. */
export interface StatusReport extends VersionState {
	/** `none`: the database keeps no history, and what is at or below the version counts as applied. */
	readonly history: "kept" | "none";
	/** The highest version of the source; `undefined` for an empty one. */
	readonly newest: Version | undefined;
	/** Ascending, of the source and of the database. */
	readonly migrations: readonly MigrationStatus[];
	/** What is not as it should be. */
	readonly findings: readonly Finding[];
}

/** Works out the status. Reads only. */
export async function readStatus(
	source: Source,
	driver: Driver,
	policies: Policies,
	waiting: LockOptions,
): Promise<StatusReport> {
	const versions = await source.versions();
	const state = await readAppliedState({ driver, versions, whole: true, waiting });
	const changed = driver.history === undefined ? [] : await changedFiles(source, driver.history, state);
	const migrations = await migrationsOf(source, state, changed);
	const findings = await findingsOf(source, state, changed, policies);
	const { version, dirty } = state.found;
	const history = state.history === "none" ? "none" : "kept";
	return { version, dirty, history, newest: versions.at(-1), migrations, findings };
}

async function migrationsOf(
	source: Source,
	state: AppliedState,
	changed: readonly ChangedFile[],
): Promise<readonly MigrationStatus[]> {
	const changes = new Map(changed.map(({ version, change }) => [version, change]));
	const missing = new Set(withoutFile(state));
	const all = [...state.versions, ...missing].toSorted(compareVersions);
	const dirty = state.found.dirty ? halfDone(state).version : undefined;
	const dirtyState = state.found.holder === undefined ? "dirty" : "under-way";
	return Promise.all(
		all.map(async (version) => {
			const known = state.known.of(version);
			const file = missing.has(version)
				? undefined
				: ((await source.readUp(version)) ?? (await source.readDown(version)));
			const standing =
				version === dirty
					? dirtyState
					: stateOf(version, known, state, { missing: missing.has(version), change: changes.get(version) });
			return {
				version,
				state: standing,
				// What no event names is here for the number that another tool has left.
				guess: known.guess || (missing.has(version) && !isApplied(known)),
				title: file?.identifier ?? known.event?.title ?? known.round?.title,
				location: file?.location,
				event: known.round ?? known.event,
				...(known.round !== undefined &&
					standing === "under-way" && { rows: Number.parseInt(known.round.note ?? "0", 10) }),
			};
		}),
	);
}

/** Applied or dirty, and not in the source. */
function withoutFile(state: AppliedState): readonly Version[] {
	const { version, dirty } = state.found;
	const applied = missingVersions(state);
	const shown = new Set([...applied, version, ...(dirty ? [halfDone(state).version] : [])]);
	for (const present of [NIL_VERSION, ...state.versions]) shown.delete(present);
	return [...shown];
}

interface FileStanding {
	readonly missing: boolean;
	readonly change: ChangedFile["change"] | undefined;
}

function stateOf(
	version: Version,
	known: KnownVersion,
	{ found, versions }: AppliedState,
	{ missing, change }: FileStanding,
): MigrationState {
	if (missing) return version > (versions.at(-1) ?? NIL_VERSION) ? "newer" : "missing";
	if (known.round !== undefined) return "under-way";
	if (isApplied(known)) return change === undefined || change === "accepted" ? (known.state as MigrationState) : change;
	if (!isPending(known)) return known.state as MigrationState;
	return version < found.version ? "out-of-order" : "pending";
}

async function findingsOf(
	source: Source,
	state: AppliedState,
	changed: readonly ChangedFile[],
	policies: Policies,
): Promise<readonly Finding[]> {
	const { found, due } = state;
	const findings: Finding[] = [];
	if (found.dirty) {
		const level = found.holder === undefined ? "error" : "note";
		findings.push({ kind: "dirty", level, versions: [halfDone(state).version], message: describeDirty(state) });
	}
	const adopted = due.filter(({ op }) => op === "adopt").map(({ version }) => version);
	if (adopted.length > 0) {
		const message = `another tool has probably applied ${await nameFiles(source, adopted)}; the next up adopts this`;
		findings.push({ kind: "adopted", level: "note", versions: adopted, message });
	}
	const judged = await judge(source, state, { kind: "up" }, policies);
	findings.push(...judged.findings);
	const accepted = await acceptedFinding(source, changed);
	if (accepted !== undefined) findings.push(accepted);
	const changedFile = await changedFinding(source, changed);
	if (changedFile !== undefined) {
		findings.push({ ...changedFile, level: policies.changed === "warn" ? "warning" : "error" });
	}
	return findings;
}
