import type { MigrationBody } from "../body/migration-body.ts";
import type { DriverHistory } from "../driver/driver.ts";
import type { Migration } from "../migration.ts";
import { PROGRAM } from "../program.ts";
import type { Source } from "../source/source.ts";
import type { Version } from "../version.ts";
import type { DueEvent } from "./adoption.ts";
import { loadChecksum } from "./checksum.ts";
import { digestedVersions } from "./digested-versions.ts";
import type { HistoryEvent } from "./history-event.ts";
import type { KnownVersions } from "./known-versions.ts";
import { type FileRecord, recordedBody, recordOf, withMeaning } from "./recorded-body.ts";

/** Makes the events of one migration, each in the transaction that it belongs to. */
export interface MigrationRecord {
	/** The body to run, watched. */
	readonly body: MigrationBody | undefined;
	/** It begins outside a transaction. */
	begun(): readonly HistoryEvent[];
	/** It ended well. */
	ended(): readonly HistoryEvent[];
	/** It began, and nothing of it ran. */
	undone(): readonly HistoryEvent[];
	/** A round of it ran. @param rows How many rows all its rounds have changed. */
	round(rows: number): readonly HistoryEvent[];
	/** How many rows the rounds of the same file have changed before; of an edited one 0. To be asked when the body was read. */
	rowsBefore(): number;
	/** The checksums of the file that was read and of its meaning; `undefined` before it was read. */
	text(): string | undefined;
}

/** Writes down what one operation does, under the lock. */
export interface Recorder {
	/** What another tool has done before, and what the seal accepts; the driver writes it with the version as it is. */
	due(events: readonly DueEvent[]): Promise<readonly HistoryEvent[]>;
	/** What the files of a version are now. */
	files(version: Version): Promise<Partial<HistoryEvent>>;
	/**
	 * @param body The file's, as it is to be run.
	 * @param at The version that the database is at.
	 * @param began When its first round began, in the time of `performance.now()`; missing when this is no later round.
	 */
	migration(
		migration: Migration,
		body: MigrationBody | undefined,
		at: Version,
		began?: number,
	): Promise<MigrationRecord>;
}

export interface RecorderOptions {
	readonly history: DriverHistory;
	/** Where the files are found that do not run. */
	readonly source: Source;
	/** What is settled as the operation begins. */
	readonly settled: Iterable<Version>;
	/** What is known as the operation begins; missing for what runs no migration. */
	readonly known?: KnownVersions | undefined;
}

export async function createRecorder({ history, source, settled, known }: RecorderOptions): Promise<Recorder> {
	const newChecksum = await loadChecksum();
	const done = digestedVersions(settled);

	/** How every event ends but `start` and `round`, after which the history has to be read to know where the database is. */
	function closing(): Pick<HistoryEvent, "at" | "by" | "digest"> {
		return { ...signed(), digest: done.digest() };
	}

	return {
		due: (events) =>
			Promise.all(
				events.map(async (event) => ({
					...event,
					...(event.op === "adopt" || event.op === "accept" ? await files(event.version) : {}),
					...closing(),
				})),
			),
		files,
		async migration({ version, direction, target, file, note }, body, at, firstBegan) {
			const watched = body && recordedBody(body, { newChecksum, history });
			const down = direction === "up" ? await downRecord(version) : undefined;
			const about = { version, target, title: file?.identifier, note };
			const began = performance.now();
			const text = (): string | undefined => {
				const ran = watched?.record();
				return ran && withMeaning(ran, { newChecksum, history });
			};
			return {
				body: watched?.body,
				begun: () => [{ ...about, op: "start", direction, ...signed() }],
				ended() {
					if (direction === "up") done.add(version);
					else done.remove(version);
					const ran = watched?.record();
					const files = direction === "up" ? fileFields(ran, down) : { downChecksum: ran?.checksum };
					return [
						{ ...about, op: direction, ...files, durationMs: performance.now() - (firstBegan ?? began), ...closing() },
					];
				},
				round(rows) {
					const durationMs = performance.now() - began;
					const note = `${rows} rows`;
					return [{ ...about, op: "round", direction, target: at, note, checksum: text(), durationMs, ...signed() }];
				},
				rowsBefore() {
					const last = known?.of(version).round;
					const sameFile = last?.direction === direction && last.checksum === text();
					return sameFile ? Number.parseInt(last.note ?? "0", 10) : 0;
				},
				text,
				undone() {
					const undone = { ...about, note: "it began, and nothing of it ran" };
					return [{ ...undone, op: "settle", direction: direction === "up" ? "down" : "up", ...closing() }];
				},
			};
		},
	};

	/** Files as they are now: what is edited later is seen. */
	async function files(version: Version): Promise<Partial<HistoryEvent>> {
		const up = await source.readUp(version);
		if (up === undefined) return {};
		const record = await recordOf(up.body, { newChecksum, history });
		return { title: up.identifier, ...fileFields(record, await downRecord(version)) };
	}

	async function downRecord(version: Version): Promise<FileRecord | undefined> {
		const file = await source.readDown(version);
		return file && recordOf(file.body, { newChecksum, history });
	}
}

function fileFields(up: FileRecord | undefined, down: FileRecord | undefined): Partial<HistoryEvent> {
	return { checksum: up?.checksum, upText: up?.text, downChecksum: down?.checksum, downText: down?.text };
}

/** When, and by whom. */
export function signed(): Pick<HistoryEvent, "at" | "by"> {
	return { at: new Date().toISOString(), by: PROGRAM };
}
