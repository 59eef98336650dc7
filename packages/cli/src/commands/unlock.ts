import { breakLocks } from "@godwit/core";
import { CommandError } from "../command-line/command-error.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";
import { requireDatabase, type Urls } from "../command-line/urls.ts";
import { confirm, type Question } from "../database/confirm.ts";
import { registerBuiltins } from "../database/register-builtins.ts";
import type { Terminal } from "../output/terminal.ts";

const QUESTION: Question = {
	text: "Are you sure that this process is gone, and want to clear its lock?",
	yes: "Clearing the lock",
	no: "Keeping the lock",
	flag: "-f",
};

/** Shows who holds each lock on the database, and clears it when the user agrees. */
export async function unlock(line: CommandLine, urls: Urls, terminal: Terminal): Promise<void> {
	if (line.operands.length > 0) throw new CommandError("too many arguments");
	const database = requireDatabase(urls);
	registerBuiltins();
	let asked = false;
	const cleared = await breakLocks(database, async (holder) => {
		asked = true;
		terminal.line(holder);
		if (!line.is("f")) await confirm(QUESTION, terminal);
		return true;
	});
	const none = asked ? "no lock was cleared: it has changed hands meanwhile" : "no lock is held";
	terminal.line(cleared === 0 ? none : `locks cleared: ${cleared}`);
}
