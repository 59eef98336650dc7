import type { Command } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { versionOf } from "../command-line/operands.ts";

/** Go: forceCmd. */
export const force: Command = {
	arguments: "V",
	help: "record version V without running anything, and clear the dirty flag",
	flags: [],
	async run(invocation) {
		const target = versionOf(invocation.line.operands);
		if (target < -1n) throw new CommandError("argument V must be >= -1");
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		return runOnDatabase(invocation, {
			source: "unread",
			stopping: "Stopping ...",
			async run(migrate) {
				await migrate.force(target);
				return 0;
			},
		});
	},
};
