import type { Command } from "../command-line/command.ts";
import { assertAtMost } from "../command-line/operands.ts";
import { json } from "../output/json/json.ts";

/** Shows who holds each lock on the database, and clears it when the user agrees. */
export const unlock: Command = {
	arguments: "[-f]",
	help: "show who holds a lock on the database, and clear it",
	guarded: false,
	flags: [{ name: "f", kind: "boolean", help: "do not ask" }],
	async run({ line, settings, terminal, print }) {
		assertAtMost(0, line);
		const [{ clearLocks }, { waitOf }] = await Promise.all([
			import("../database/clear-locks.ts"),
			import("../database/wait.ts"),
		]);
		const cleared = await clearLocks(settings, terminal, { ask: !line.is("f"), waitMs: waitOf(line) });
		if (line.is("json")) print(json({ type: "result", cleared }));
		return 0;
	},
};
