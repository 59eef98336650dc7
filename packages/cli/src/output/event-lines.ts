import type { AppliedMigration, Backup, MigrateEvent, Migration } from "@godwit/core";
import { rehearsalLines } from "./rehearsal/rehearsal-lines.ts";
import { NOTICE, type Terminal, WARNING } from "./terminal.ts";
import { byteSize } from "./text/byte-size.ts";
import { goDuration } from "./text/go-duration.ts";

export interface EventLinesOptions {
	readonly verbose: boolean;
	/** Milliseconds of a clock that is never set back. */
	readonly now: () => number;
}

/** A migration that takes longer is shown with how far it is. */
const LONG_MS = 500;
const BETWEEN_UPDATES_MS = 100;
/** Where lines stay, a migration that runs in rounds is shown as often as this: a log of an hour has 360 of them. */
const BETWEEN_LINES_MS = 10_000;

/**
 * Says what the engine does: one line for each migration, more if asked. A terminal shows the migration that runs, and how
 * far a long one is.
 */
export function eventLines(terminal: Terminal, { verbose, now }: EventLinesOptions): (event: MigrateEvent) => void {
	let began = 0;
	let updated = 0;
	let bytesRead = 0;

	function explain(text: string): void {
		if (verbose) terminal.line(text);
	}

	return (event) => {
		switch (event.type) {
			case "notice":
				return terminal.line(event.message);
			case "finding": {
				const mark = event.finding.level === "note" ? NOTICE : WARNING;
				return terminal.line(`${mark.start} ${event.finding.message}`, mark);
			}
			case "locked":
				return explain(`Locked the database after ${goDuration(event.waitedMs)}`);
			case "rehearsing":
				return terminal.status(`${nameOf(event.migration)} ... on a copy`);
			case "rehearsal":
				for (const text of rehearsalLines(event.report)) terminal.line(text);
				return;
			case "backup":
				terminal.line(`backup: ${event.path} (${byteSize(event.bytes)}, ${goDuration(event.durationMs)})`);
				return sayBesides(event, terminal);
			case "start":
				began = now();
				updated = began;
				bytesRead = 0;
				// A statement blocks the event loop: what is not shown now is shown after it.
				if (!verbose) return terminal.status(`${nameOf(event.migration)} ...`);
				return terminal.line(`Read and execute ${nameOf(event.migration)}`);
			case "progress": {
				bytesRead = event.bytes;
				const time = now();
				if (time - began < LONG_MS || time - updated < BETWEEN_UPDATES_MS) return;
				updated = time;
				return terminal.status(`${nameOf(event.migration)} ... ${byteSize(bytesRead)} read, ${seconds(time - began)}`);
			}
			case "round": {
				const time = now();
				const text = `${nameOf(event.migration)} ... ${event.rows} rows, ${seconds(time - began)}`;
				if (terminal.watched) return terminal.status(text);
				if (time - updated < BETWEEN_LINES_MS) return;
				updated = time;
				return terminal.line(text);
			}
			case "end": {
				const ran = goDuration(event.migration.durationMs);
				const name = logName(event.migration, event.migration.identifier);
				if (verbose) return terminal.line(`Finished ${name} (read ${byteSize(bytesRead)}, ran ${ran})`);
				return terminal.line(`${name} (${ran})`, { start: step(event.migration), colour: "green" });
			}
			case "unlocked":
				return explain("Unlocked the database");
			case "unlock-failed": {
				const reason = event.error instanceof Error ? event.error.message : String(event.error);
				return terminal.line(
					`warning: all is done, but the migration lock could not be given back: ${reason}; it goes when this process ends`,
					WARNING,
				);
			}
		}
	};
}

/** Says what is not with a backup as with the database, and which older ones were deleted. */
export function sayBesides({ notice, removed }: Pick<Backup, "notice" | "removed">, terminal: Terminal): void {
	if (notice !== undefined) terminal.line(`${NOTICE.start} ${notice}`, NOTICE);
	for (const path of removed) terminal.line(`removed the older backup ${path}`);
}

function nameOf(migration: Migration): string {
	return logName(migration, migration.file?.identifier ?? "<empty>");
}

/** Go: Migration.LogString. */
function logName(migration: Migration | AppliedMigration, identifier: string): string {
	return `${step(migration)} ${identifier}`;
}

function step({ version, direction }: Migration | AppliedMigration): string {
	return `${version}/${direction === "up" ? "u" : "d"}`;
}

function seconds(milliseconds: number): string {
	return goDuration(Math.round(milliseconds / 100) * 100);
}
