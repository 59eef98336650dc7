import type { Direction, Migrate, RecordedEvent, Source, Version } from "@godwit/core";
import type { Invocation } from "../../command-line/command.ts";
import { CommandError } from "../../command-line/command-error.ts";
import { json } from "../json/json.ts";
import { goDuration } from "../text/go-duration.ts";
import { printable } from "../text/printable.ts";
import { columns, moment } from "../text/table.ts";

/** Prints the events of a history, the last ones with `-n`. */
export async function showEvents(migrate: Migrate, { line, print, terminal }: Invocation): Promise<number> {
	const all = await migrate.history();
	const limit = line.value("n");
	const events = limit === undefined ? all : all.slice(Math.max(all.length - Number(limit), 0));
	if (line.is("json")) {
		for (const event of events) print(json({ type: "event", ...event }));
		return 0;
	}
	if (all.length === 0) {
		terminal.line("no history: nothing was recorded in this database, or x-history=off");
		return 0;
	}
	const rows = events.map((event) => {
		const took = event.durationMs === undefined ? "" : goDuration(event.durationMs);
		const what = `${event.op} ${event.version}${event.op === "start" ? ` ${event.direction}` : ""}`;
		return [String(event.id), moment(event.at), what, event.title ?? "", took, event.by, event.note ?? ""];
	});
	for (const text of columns([["#", "WHEN (UTC)", "WHAT", "TITLE", "TOOK", "BY", "NOTE"], ...rows]))
		print(printable(text));
	return 0;
}

/** Prints the text of a file as it ran. @throws CommandError when it is not kept. */
export async function showText(
	migrate: Migrate,
	{ version, direction }: { readonly version: Version; readonly direction: Direction },
	{ line, print }: Invocation,
): Promise<number> {
	const { event, text } = await storedText(migrate, version, direction);
	const checksum = direction === "up" ? event.checksum : event.downChecksum;
	if (line.is("json")) print(json({ command: "history", version, direction, at: event.at, checksum, text }));
	else print(text.replace(/\n$/, ""));
	return 0;
}

/** Prints how the up file differs from the one that ran, as `diff -u` does. @throws CommandError when it is not kept. */
export async function showDifference(
	migrate: Migrate,
	source: Source,
	version: Version,
	{ line, print }: Invocation,
): Promise<number> {
	const file = await source.readUp(version);
	if (file === undefined) throw new CommandError(`${source.location} has no up file of version ${version}`);
	const { event, text } = await storedText(migrate, version, "up");
	const { createTwoFilesPatch } = await import("diff");
	const ran = text.replaceAll("\r\n", "\n");
	const now = (await file.body.text()).replaceAll("\r\n", "\n");
	const patch =
		ran === now
			? ""
			: createTwoFilesPatch(`as it ran at ${moment(event.at)}`, file.location, ran, now, "", "", { context: 3 });
	if (line.is("json")) print(json({ command: "history", version, location: file.location, ranAt: event.at, patch }));
	else print(patch === "" ? "no difference" : patch.replace(/^=+\n/m, "").replace(/\n$/, ""));
	return 0;
}

async function storedText(
	migrate: Migrate,
	version: Version,
	direction: Direction,
): Promise<{ readonly event: RecordedEvent; readonly text: string }> {
	const events = (await migrate.history()).filter((event) => event.version === version);
	for (const event of events.toReversed()) {
		const { [direction]: text } = await migrate.storedTexts(event);
		if (text !== undefined) return { event, text };
	}
	const why =
		events.length === 0
			? "the history says nothing of it"
			: "texts of more than 64 KiB, those that say -- godwit: no-store, and those of x-history=hash are not kept";
	throw new CommandError(`there is no ${direction} text of version ${version} in this database: ${why}`);
}
