import type { Command } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { limitOf } from "../command-line/operands.ts";
import { reportEnd } from "../database/messages/report-end.ts";
import { STOPPING_AFTER_MIGRATION } from "../database/operation.ts";

/** Reverts the last migrations and applies them again. */
export const redo: Command = {
	arguments: "[N]",
	help: "revert the last migration, or the last N, and apply it again",
	guarded: true,
	flags: [],
	async run(invocation) {
		const count = limitOf(invocation.line) ?? 1;
		if (count === 0) throw new CommandError("nothing to redo: N must be 1 or more");
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		return runOnDatabase(invocation, {
			source: "not empty",
			needsDatabase: true,
			stopping: STOPPING_AFTER_MIGRATION,
			run: async (migrate) => reportEnd(await migrate.redo(count), "down", invocation),
		});
	},
};
