import type { Migrate, RecordedEvent } from "@godwit/core";
import type { Invocation } from "../../command-line/command.ts";
import { json } from "../json/json.ts";
import { goDuration } from "../text/go-duration.ts";
import { printableLine } from "../text/printable.ts";
import { columns, moment } from "../text/table.ts";
import { EXIT_PENDING } from "./exit-findings.ts";

/**
 * Prints the events of a history, the last ones with `-n`.
 *
 * @returns The exit code: 0, and with -exit-code 3 when migrations are pending.
 */
export async function showEvents(migrate: Migrate, invocation: Invocation): Promise<number> {
	printEvents(await migrate.history(), invocation);
	return invocation.line.is("exit-code") && (await migrate.pending()).length > 0 ? EXIT_PENDING : 0;
}

function printEvents(all: readonly RecordedEvent[], { line, print, terminal }: Invocation): void {
	const limit = line.value("n");
	const events = limit === undefined ? all : all.slice(Math.max(all.length - Number(limit), 0));
	if (line.is("json")) {
		for (const event of events) print(json({ type: "event", ...event }));
		return;
	}
	if (all.length === 0) {
		terminal.line("no history: nothing was recorded in this database, or x-history=off");
		return;
	}
	const rows = events.map((event) => {
		const took = event.durationMs === undefined ? "" : goDuration(event.durationMs);
		return [String(event.id), moment(event.at), whatOf(event), event.title ?? "", took, event.by, event.note ?? ""];
	});
	for (const text of columns([["#", "WHEN (UTC)", "WHAT", "TITLE", "TOOK", "BY", "NOTE"], ...rows]))
		print(printableLine(text));
}

function whatOf({ op, version, direction }: RecordedEvent): string {
	if (direction === undefined) return `${op} ${version}`;
	if (op === "settle") return `${op} ${version} ${direction === "up" ? "applied" : "reverted"}`;
	return `${op} ${version} ${direction}`;
}
