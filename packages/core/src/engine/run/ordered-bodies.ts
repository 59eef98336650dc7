import type { MigrationBody } from "../../body/migration-body.ts";
import { type BodyReadAhead, readAhead } from "../../body/read-ahead.ts";
import { cleanUpAfter } from "../../clean-up-after.ts";
import type { AppliedMigration, Migration } from "../../migration.ts";
import { createTrace } from "../../trace.ts";
import type { MigrateOptions } from "../migrate-options.ts";
import type { CallerCalls } from "./calls/caller-calls.ts";
import { eventLoopTurn } from "./event-loop-turn.ts";

const trace = createTrace("godwit:run");

const DEFAULT_PREFETCH = 10;

/** One migration of a run, and what has been read of its file. */
export interface OrderedBody {
	readonly migration: Migration;
	readonly index: number;
	/** Missing when there is no file for this direction. */
	readonly body: MigrationBody | undefined;
}

/** A migration of which this operation has made a round, and which goes on. */
export interface UnderWay extends Pick<Migration, "version" | "direction"> {
	/** How many rows its rounds have changed. */
	readonly rows: number;
	/** Of the file that the last round ran, see `MigrationRecord.text`; missing where that is not known. */
	readonly text: string | undefined;
	/** When its first round in this operation began, in the time of `performance.now()`. */
	readonly began: number;
}

/** Whether the operation has begun a migration already. */
export function goesOn({ version, direction }: Migration, underWay: UnderWay | undefined): underWay is UnderWay {
	return version === underWay?.version && direction === underWay.direction;
}

/** The options of an operation, and its calls of the code that the caller gave. */
export interface OrderOptions extends MigrateOptions {
	/** Has begun already. */
	readonly underWay?: UnderWay | undefined;
	readonly calls: CallerCalls;
}

export interface RunInOrder {
	/** Runs one migration. @returns False to end here. */
	run(next: OrderedBody): Promise<boolean>;
	/** Called when one has run. */
	ended(applied: AppliedMigration, index: number): void;
}

/**
 * Runs migrations in their order, with the files of the next ones read ahead, until the signal stops it.
 *
 * @returns False when not all of them ran.
 */
export async function runInOrder(
	migrations: readonly Migration[],
	{ prefetch = DEFAULT_PREFETCH, signal, around, onEvent, calls, underWay }: OrderOptions,
	{ run, ended }: RunInOrder,
): Promise<boolean> {
	const count = migrations.length;
	let done = 0;
	const ahead = new Map<number, BodyReadAhead>();
	let scheduled = 0;

	function schedule(until: number): void {
		for (; scheduled < count && scheduled <= until; scheduled++) {
			const next = migrations[scheduled];
			if (next?.file === undefined) continue;
			const onProgress = onEvent && ((bytes: number): void => onEvent({ type: "progress", migration: next, bytes }));
			const { body } = next.file;
			ahead.set(
				scheduled,
				calls.source.during(() => readAhead(body, onProgress)),
			);
		}
	}

	async function closeAll(): Promise<void> {
		const bodies = [...ahead.values()];
		// What does not answer must not hold up what another body has to say, and with it the lock.
		for (const { close } of bodies.filter(({ waiting }) => waiting)) void close().catch(noLongerWanted);
		const ends = await Promise.allSettled(bodies.filter(({ waiting }) => !waiting).map(({ close }) => close()));
		for (const end of ends) if (end.status === "rejected") throw end.reason;
	}

	try {
		for (const [index, migration] of migrations.entries()) {
			if (signal !== undefined && index > 0) await eventLoopTurn();
			if (signal?.aborted) break;
			schedule(index + prefetch);
			const begun = goesOn(migration, underWay);
			if (!begun) onEvent?.({ type: "start", migration, index, count });
			const began = begun ? underWay.began : performance.now();
			const next = { migration, index, body: ahead.get(index)?.body };
			const surrounded = around && calls.around?.surround(around, migration, () => run(next));
			const goOn = await (surrounded ?? run(next));
			if (!goOn) break;
			await ahead.get(index)?.close().catch(noLongerWanted);
			ahead.delete(index);
			const { version, direction, target, file } = migration;
			const durationMs = performance.now() - began;
			trace("%s %s took %d ms", direction, version, durationMs);
			ended({ version, direction, target, identifier: file?.identifier ?? "<empty>", durationMs }, index);
			done++;
		}
	} catch (error) {
		throw await cleanUpAfter(error, closeAll);
	}
	// What was applied stays so, and is for the caller to hear.
	await closeAll().catch(noLongerWanted);
	return done === count;
}

function noLongerWanted(error: unknown): void {
	trace("a body that nobody reads any more failed: %s", error);
}
