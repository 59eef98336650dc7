import type { Driver, DriverHistory, LockOptions } from "../driver/driver.ts";
import { type AppliedState, readAppliedState } from "../history/applied-state.ts";
import { loadChecksum } from "../history/checksum.ts";
import type { RecordedEvent } from "../history/history-event.ts";
import type { KnownVersion } from "../history/known-versions.ts";
import { MigrateError } from "../migrate-error.ts";
import type { MigrationStep } from "../migration.ts";
import type { Source } from "../source/source.ts";
import type { Version } from "../version.ts";
import { plan } from "./plan.ts";
import { appliedStatuses } from "./policies/policies.ts";
import { dirtyDatabase } from "./run/dirty-database.ts";

/** A migration, and the text that reverts it: its down file as the history stored it when the migration was applied. */
export interface StoredDown {
	readonly version: Version;
	/** The database's version once it is reverted. */
	readonly target: Version;
	/** The title that the file had; may be empty. */
	readonly title: string;
	/** When the migration was applied, in UTC with milliseconds: `2026-11-27T04:12:41.123Z`. */
	readonly appliedAt: string;
	/** `RecordedEvent.id` of the event that has the text. */
	readonly eventId: number;
	readonly text: string;
}

/** What the history has for a way down, or why nothing of it may be run. */
export type StoredWay = { readonly texts: readonly StoredDown[] } | { readonly refusal: MigrateError };

/** @throws MigrateError `ERR_UNSUPPORTED`. */
export function withHistory(driver: Driver): Driver & { readonly history: DriverHistory } {
	const { history } = driver;
	if (history !== undefined) return driver as Driver & { readonly history: DriverHistory };
	const message =
		"stored texts need a driver that keeps a history; on SQLite one that is not opened with x-history=off";
	throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "history" });
}

/** Looks up the stored texts without the lock. Reads only. @throws MigrateError as `Migrate.storedDown`. */
export async function readStoredDown(
	source: Source,
	driver: Driver & { readonly history: DriverHistory },
	count: number | undefined,
	waiting: LockOptions,
): Promise<readonly StoredDown[]> {
	const versions = await source.versions();
	const state = await readAppliedState({ driver, versions, whole: true, waiting });
	if (state.found.dirty) throw dirtyDatabase(state);
	const way = await storedWay(driver.history, state, count);
	if ("refusal" in way) throw way.refusal;
	return way.texts;
}

/**
 * Looks up the stored texts that revert the last migrations, newest first. Reads only.
 *
 * @param state From the whole history.
 * @param limit How many migrations, at most; without one all.
 * @throws MigrateError `ERR_INVALID_BODY` for a stored text that cannot be read as statements.
 */
export async function storedWay(
	history: DriverHistory,
	state: AppliedState,
	limit: number | undefined,
): Promise<StoredWay> {
	const goal = limit === undefined ? ({ kind: "down" } as const) : ({ kind: "down", limit } as const);
	const { steps } = plan(appliedStatuses(state), goal);
	const unknown = unknownAbove(state, steps.at(-1)?.target);
	if (unknown.length > 0) {
		const message = `the way down passes ${versionsIn(unknown)}; another tool was at work, and whether it has applied this is not known; look at the schema, and say so with repair -adopt or repair -pending`;
		return { refusal: new MigrateError("ERR_HISTORY_UNKNOWN", message, { versions: unknown }) };
	}
	const texts: StoredDown[] = [];
	for (const step of steps) {
		const found = await storedDown(history, step, state.known.of(step.version));
		if ("refusal" in found) return found;
		texts.push(found);
	}
	return { texts };
}

/** Of the history too: what has no file may have been applied all the same. */
function unknownAbove({ versions, known }: AppliedState, end: Version | undefined): readonly Version[] {
	if (end === undefined) return [];
	const all = new Set([...versions, ...known.named()]);
	return [...all].filter((version) => version > end && known.of(version).state === "unknown");
}

function versionsIn(versions: readonly Version[]): string {
	return `${versions.length === 1 ? "version" : "versions"} ${versions.join(", ")}`;
}

async function storedDown(
	history: DriverHistory,
	{ version, target }: MigrationStep,
	known: KnownVersion,
): Promise<StoredDown | { readonly refusal: MigrateError }> {
	const { event } = known;
	if (event === undefined || known.guess || event.op !== "up") {
		return { refusal: notSeen(version, known) };
	}
	const { down: text } = await history.texts(event.id);
	const reason = text === undefined ? whyNotStored(event) : await whyNotRun(history, event, text);
	if (text === undefined || reason !== undefined) {
		const message = `version ${version} cannot be reverted with a stored text: ${reason}; nothing was changed; bring the file back, or write a migration that does it`;
		return { refusal: new MigrateError("ERR_STORED_TEXT", message, { version }) };
	}
	return { version, target, title: event.title ?? "", appliedAt: event.at, eventId: event.id, text };
}

/** Nobody saw what is in the schema, so nobody knows what the text would meet there. */
function notSeen(version: Version, { guess, state }: KnownVersion): MigrateError<"ERR_HISTORY_UNKNOWN"> {
	const reason = guess
		? "another tool was at work, so what the history has of it need not be what is in the schema"
		: `godwit has not seen it run to its end (${state})`;
	const message = `version ${version} cannot be reverted with a stored text: ${reason}; nothing was changed; revert it with its file`;
	return new MigrateError("ERR_HISTORY_UNKNOWN", message, { versions: [version] });
}

function whyNotStored({ downChecksum }: RecordedEvent): string {
	return downChecksum === undefined
		? "it had no down file when it was applied"
		: "the history has a checksum alone, as of a text that is longer than 64 KiB or must not be stored, and with x-history=hash";
}

async function whyNotRun(history: DriverHistory, event: RecordedEvent, text: string): Promise<string | undefined> {
	const checksum = (await loadChecksum())();
	checksum.update(new TextEncoder().encode(text));
	const [recorded] = (event.downChecksum ?? "").split(" ");
	if (checksum.digest() !== recorded)
		return `the text in the history (event ${event.id}) is not the one that was stored`;
	const beyond = history.reachesBeyond?.(text);
	if (beyond === undefined) return undefined;
	const { sql, line, column } = beyond;
	return `its text has ${sql} at line ${line}, column ${column}, which reaches other files than the database`;
}
