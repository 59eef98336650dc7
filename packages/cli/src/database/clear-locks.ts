import { breakLocks } from "@godwit/core";
import type { Settings } from "../command-line/settings.ts";
import type { Terminal } from "../output/terminal.ts";
import { confirm, type Question } from "./confirm.ts";
import { requireDatabase } from "./schemes/resolve-urls.ts";

const QUESTION: Question = {
	text: "Are you sure that this process is gone, and want to clear its lock?",
	yes: "Clearing the lock",
	no: "Keeping the lock",
	flag: "-f",
};

/** Shows who holds each lock on the database, clears it, says how many were cleared, and returns that. */
export async function clearLocks(
	settings: Settings,
	terminal: Terminal,
	{ ask, waitMs }: { readonly ask: boolean; readonly waitMs: number | undefined },
): Promise<number> {
	const database = await requireDatabase(settings);
	let seen = false;
	const agree = async (holder: string): Promise<boolean> => {
		seen = true;
		terminal.line(holder);
		if (ask) await confirm(QUESTION, terminal);
		return true;
	};
	const cleared = await breakLocks(database, agree, waitMs === undefined ? {} : { timeoutMs: waitMs });
	const none = seen ? "no lock was cleared: it has changed hands meanwhile" : "no lock is held";
	terminal.line(cleared === 0 ? none : `locks cleared: ${cleared}`);
	return cleared;
}
