import type { MigrateEvent } from "@godwit/core";
import { json, messageOf } from "./json.ts";

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
