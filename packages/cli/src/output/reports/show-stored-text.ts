import type { Direction, Migrate, RecordedEvent, Source, Version } from "@godwit/core";
import type { Invocation } from "../../command-line/command.ts";
import { CommandError } from "../../command-line/command-error.ts";
import { json } from "../json/json.ts";
import { NOTICE } from "../terminal.ts";
import { moment } from "../text/table.ts";

/** A text of a file that the history keeps. */
interface StoredText {
	/** The event that keeps it. */
	readonly event: RecordedEvent;
	readonly text: string;
	/** Whether this text ran at the event. */
	readonly ran: boolean;
	/** Why it is not known, or not certain, that this is what ran last. Missing where it is what ran last. */
	readonly notice: string | undefined;
}

/**
 * Prints the text of a file as it ran. Where that is not kept, a text that was adopted or accepted since, and a notice that nobody
 * knows what ran. A down file is as it was when the up file ran.
 *
 * @throws CommandError when no text is kept.
 */
export async function showText(
	migrate: Migrate,
	{ version, direction }: { readonly version: Version; readonly direction: Direction },
	{ line, printData, terminal }: Invocation,
): Promise<number> {
	const stored = await storedText(migrate, version, direction);
	const { event, text, notice } = stored;
	const checksum = direction === "up" ? event.checksum : event.downChecksum;
	if (line.is("json")) printData(json({ command: "history", version, direction, ...origin(stored), checksum, text }));
	else {
		if (notice !== undefined) terminal.line(`notice: ${notice}`, NOTICE);
		printData(text.replace(/\n$/, ""));
	}
	return 0;
}

/** Prints how the up file differs from the text that `showText` prints, as `diff -u` does. @throws CommandError as `showText`. */
export async function showDifference(
	migrate: Migrate,
	source: Source,
	version: Version,
	{ line, printData, terminal }: Invocation,
): Promise<number> {
	const file = await source.readUp(version);
	if (file === undefined) throw new CommandError(`${source.location} has no up file of version ${version}`);
	const stored = await storedText(migrate, version, "up");
	const { event, ran, notice } = stored;
	const { createTwoFilesPatch } = await import("diff");
	const before = stored.text.replaceAll("\r\n", "\n");
	const now = (await file.body.text()).replaceAll("\r\n", "\n");
	const title = `as it ${ran ? "ran" : `was ${PAST[event.op]}`} at ${moment(event.at)}`;
	const patch = before === now ? "" : createTwoFilesPatch(title, file.location, before, now, "", "", { context: 3 });
	if (line.is("json")) {
		printData(json({ command: "history", version, location: file.location, ...origin(stored), patch }));
		return 0;
	}
	if (notice !== undefined) terminal.line(`notice: ${notice}`, NOTICE);
	printData(patch === "" ? "no difference" : patch.replace(/^=+\n/m, "").replace(/\n$/, ""));
	return 0;
}

/** For programs: when the text ran, or else when it was kept, by which event, and the notice. */
function origin({ event, ran, notice }: StoredText): Readonly<Record<string, unknown>> {
	return { op: event.op, ...(ran ? { ranAt: event.at } : { keptAt: event.at }), notice };
}

/** What happened to a file whose text was kept and did not run then. */
const PAST: Readonly<Partial<Record<RecordedEvent["op"], string>>> = { adopt: "adopted", accept: "accepted" };

/** @throws CommandError when no text is kept. */
async function storedText(migrate: Migrate, version: Version, direction: Direction): Promise<StoredText> {
	const events = (await migrate.history()).filter((event) => event.version === version);
	const lastRun = events.findLast(({ op }) => op === "up");
	const since = events.filter(({ id, op }) => id > (lastRun?.id ?? 0) && PAST[op] !== undefined).toReversed();
	for (const event of lastRun === undefined ? since : [lastRun, ...since]) {
		const { [direction]: text } = await migrate.storedTexts(event);
		if (text === undefined) continue;
		const ran = event === lastRun && direction === "up";
		return { event, text, ran, notice: noticeOf(event, lastRun, since) };
	}
	const why =
		events.length === 0
			? "the history says nothing of it"
			: "texts of more than 64 KiB, those that say -- godwit: no-store, and those of x-history=hash are not kept";
	throw new CommandError(`there is no ${direction} text of version ${version} in this database: ${why}`);
}

function noticeOf(
	event: RecordedEvent,
	lastRun: RecordedEvent | undefined,
	since: readonly RecordedEvent[],
): string | undefined {
	const adopted = since.find(({ op }) => op === "adopt");
	if (event === lastRun) {
		if (adopted === undefined) return undefined;
		return `version ${event.version} was adopted since, at ${moment(adopted.at)}; nobody knows what ran then`;
	}
	const kept = `the file as it was when it was ${PAST[event.op]} at ${moment(event.at)}`;
	if (lastRun === undefined || adopted !== undefined) return `this is ${kept}; nobody knows what ran`;
	return `the text that ran at ${moment(lastRun.at)} was not kept; this is ${kept}`;
}
