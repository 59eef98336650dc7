import { isMigrateError, type MigrateEvent } from "@godwit/core";
import { json } from "./json.ts";

/** Writes a line of JSON for each event. How far a long migration is, is left out. */
export function jsonLines(print: (line: string) => void): (event: MigrateEvent) => void {
	return (event) => {
		switch (event.type) {
			case "progress":
			case "rehearsing":
				return;
			case "rehearsal": {
				const { clean: ok, findings } = event.report;
				return print(json({ type: event.type, ok, findings }));
			}
			case "start": {
				const { version, direction, target, file } = event.migration;
				const title = file?.identifier;
				return print(json({ type: event.type, version, direction, target, title, location: file?.location }));
			}
			case "round": {
				const { version, direction } = event.migration;
				return print(json({ type: event.type, version, direction, rows: event.rows, durationMs: event.durationMs }));
			}
			case "end": {
				const { version, direction, target, identifier: title, durationMs } = event.migration;
				return print(json({ type: event.type, version, direction, target, title, durationMs }));
			}
			case "unlock-failed":
				return print(json({ type: event.type, message: messageOf(event.error) }));
			default:
				return print(json(event));
		}
	};
}

/** The last line of anything that failed. @param hide Hides what is secret in a text of it. */
export function jsonError(error: unknown, hide: (text: string) => string = (text) => text): string {
	if (!isMigrateError(error)) return json({ type: "error", message: hide(messageOf(error)) });
	const { code, message } = error;
	// A report is of many migrations, which have had their lines.
	const { report: _, ...details } = (error.details ?? {}) as Record<string, unknown>;
	return json({ type: "error", code, message: hide(message), details: textsHidden(details, hide) });
}

function textsHidden(value: unknown, hide: (text: string) => string): unknown {
	if (typeof value === "string") return hide(value);
	if (Array.isArray(value)) return value.map((item) => textsHidden(item, hide));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, textsHidden(item, hide)]));
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
