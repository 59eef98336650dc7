import { breakLocks } from "@godwit/core";
import { type Addresses, requireDatabase } from "./addresses.ts";
import { CommandError } from "./command-error.ts";
import type { CommandLine } from "./command-line.ts";
import { confirm, type Question } from "./confirm.ts";
import { registerBuiltins } from "./register-builtins.ts";
import type { Terminal } from "./terminal.ts";

const QUESTION: Question = {
	text: "Are you sure that this process is gone, and want to clear its lock?",
	yes: "Clearing the lock",
	no: "Keeping the lock",
	flag: "-f",
};

/** Shows who holds each lock on the database, and clears it when the user agrees. */
export async function unlock(line: CommandLine, urls: Addresses, terminal: Terminal): Promise<void> {
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
