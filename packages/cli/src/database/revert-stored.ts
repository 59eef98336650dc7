import type { StoredDown } from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { json } from "../output/json/json.ts";
import { printable } from "../output/text/printable.ts";
import { moment } from "../output/text/table.ts";
import { confirm, type Question } from "./confirm.ts";
import { reportEnd } from "./messages/report-end.ts";
import { STOPPING_AFTER_MIGRATION } from "./operation.ts";
import { runOnDatabase } from "./run-on-database.ts";

const QUESTION: Question = {
	text: "These texts are from the database. Are you sure you want to run them?",
	yes: "Running the stored down texts",
	no: "Not running the stored down texts",
	flag: "-f",
};

/**
 * Reverts with the texts that the history has: prints them, asks, and runs just these. The database is not open while a
 * person reads.
 *
 * @param limit How many migrations; all without one.
 * @returns The exit code.
 */
export async function revertStored(invocation: Invocation, limit: number | undefined): Promise<number> {
	const { line, terminal } = invocation;
	let stored: readonly StoredDown[] = [];
	await runOnDatabase(invocation, {
		source: "read",
		async run(migrate) {
			stored = await migrate.storedDown(limit);
			return 0;
		},
	});
	for (const text of stored) show(text, invocation);
	if (stored.length > 0 && !line.is("f")) await confirm(QUESTION, terminal);
	return runOnDatabase(invocation, {
		source: "read",
		stopping: STOPPING_AFTER_MIGRATION,
		async run(migrate) {
			const report = await migrate.down({ stored });
			return reportEnd({ ...report, missingSteps: (limit ?? stored.length) - stored.length }, "down", invocation);
		},
	});
}

/** A person sees what runs to the letter, but for the line ends and the control characters. */
function show({ version, title, appliedAt, eventId, text }: StoredDown, { line, printData }: Invocation): void {
	if (line.is("json")) {
		printData(json({ type: "stored", version, title, appliedAt, event: eventId, text }));
		return;
	}
	const lines = printable(text.replaceAll("\r\n", "\n").replace(/\n$/, ""));
	printData(`-- ${version} ${printable(title)}, applied ${moment(appliedAt)} UTC (event ${eventId})\n${lines}\n`);
}
