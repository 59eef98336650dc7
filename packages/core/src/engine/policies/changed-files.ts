import type { DriverHistory } from "../../driver/driver.ts";
import type { AppliedState } from "../../history/applied-state.ts";
import { loadChecksum } from "../../history/checksum.ts";
import type { RecordedEvent } from "../../history/history-event.ts";
import { isApplied } from "../../history/known-versions.ts";
import { type FileRecord, meaningOf, type RecordOptions, recordOf } from "../../history/recorded-body.ts";
import { SEAL_NAME, type Seal, type SealedFile } from "../../source/seal.ts";
import type { Source } from "../../source/source.ts";
import type { Version } from "../../version.ts";
import type { Finding } from "./finding.ts";
import { nameFiles } from "./name-files.ts";

/** How an applied migration's up file differs from the one that ran. */
export interface ChangedFile {
	readonly version: Version;
	/**
	 * `reformatted`: it means the same, since comments and white space alone differ. `accepted`: people have accepted this very
	 * edit in the seal beside the files.
	 */
	readonly change: "changed" | "reformatted" | "accepted";
}

/**
 * Compares the up files of all applied migrations with what the history has of them. A file without a comparable checksum
 * there is not compared.
 */
export async function changedFiles(
	source: Source,
	history: DriverHistory,
	{ versions, known }: AppliedState,
): Promise<readonly ChangedFile[]> {
	const changed: ChangedFile[] = [];
	let options: RecordOptions | undefined;
	let seal: Seal | undefined;
	for (const version of versions) {
		const what = known.of(version);
		if (!isApplied(what) || what.file === undefined) continue;
		const file = await source.readUp(version);
		if (file === undefined) continue;
		options ??= { newChecksum: await loadChecksum(), history };
		const now = await recordOf(file.body, options);
		const change = await compare(history, what.file, now, options);
		if (change === undefined) continue;
		seal ??= (await source.readSeal?.()) ?? new Map();
		const sealed = file.name === undefined ? undefined : seal.get(file.name);
		const accepted = change === "changed" && accepts(sealed, what.file, now);
		changed.push({ version, change: accepted ? "accepted" : change });
	}
	return changed;
}

/** Whether a seal has this edit: what ran was sealed once, and what is there now is sealed in its place. */
function accepts(sealed: SealedFile | undefined, ran: RecordedEvent, now: FileRecord): boolean {
	const before = sumsOf(ran.checksum).get("t1");
	if (before === undefined || sealed === undefined) return false;
	return sealed.checksum === sumsOf(now.checksum).get("t1") && sealed.was.includes(before);
}

/** Returns which edits a seal accepts that this database does not know of yet. */
export async function acceptedFinding(source: Source, files: readonly ChangedFile[]): Promise<Finding | undefined> {
	const versions = files.filter(({ change }) => change === "accepted").map(({ version }) => version);
	if (versions.length === 0) return undefined;
	const message = `${await nameFiles(source, versions)} changed since it was applied, and ${SEAL_NAME} accepts that; the next up that has something to run records it`;
	return { kind: "accepted", level: "note", versions, message };
}

/** @returns undefined when no file means anything else than the one that ran. */
export async function changedFinding(source: Source, files: readonly ChangedFile[]): Promise<Finding | undefined> {
	const versions = files.filter(({ change }) => change === "changed").map(({ version }) => version);
	if (versions.length === 0) return undefined;
	const names = await nameFiles(source, versions);
	const since = versions.length === 1 ? "it was" : "they were";
	const message = `${names} changed since ${since} applied; put back what ran and write a new migration, or say that the change is right with repair -accept`;
	return { kind: "changed", level: "error", versions, message };
}

async function compare(
	history: DriverHistory,
	recorded: RecordedEvent,
	now: FileRecord,
	options: RecordOptions,
): Promise<"changed" | "reformatted" | undefined> {
	const ran = sumsOf(recorded.checksum);
	const current = sumsOf(now.checksum);
	const text = ran.get("t1");
	if (text === undefined || text === current.get("t1")) return undefined;
	const meaning = current.get("m1") ?? (now.text && meaningOf(now.text, options));
	if (meaning === undefined) return "changed";
	const meant = ran.get("m1") ?? (await storedMeaning(history, recorded, options));
	return meaning === meant ? "reformatted" : "changed";
}

async function storedMeaning(
	history: DriverHistory,
	{ id }: RecordedEvent,
	options: RecordOptions,
): Promise<string | undefined> {
	const { up } = await history.texts(id);
	return up && meaningOf(up, options);
}

/** Returns whether two files mean the same, by checksums that have that of the meaning where the dialect knows meanings. */
export function sameMeaning(checksums: string, others: string): boolean {
	const sums = sumsOf(checksums);
	return [...sumsOf(others)].some(([algorithm, sum]) => sums.get(algorithm) === sum);
}

/** The checksums, each with its algorithm, by the algorithm. */
function sumsOf(checksums: string | undefined): ReadonlyMap<string, string> {
	const sums = (checksums ?? "").split(" ");
	return new Map(sums.map((sum) => [sum.slice(0, sum.indexOf(":")), sum]));
}
