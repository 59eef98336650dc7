import type { Command } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { limitOf } from "../command-line/operands.ts";
import type { Question } from "../database/confirm.ts";
import { reportEnd } from "../database/messages/report-end.ts";
import { STOPPING_AFTER_MIGRATION } from "../database/operation.ts";

const QUESTION: Question = {
	text: "Are you sure you want to apply all down migrations?",
	yes: "Applying all down migrations",
	no: "Not applying all down migrations",
	flag: "-all",
};

/** Go: downCmd. */
export const down: Command = {
	arguments: "[N] [-all] [-stored [-f]]",
	help: "revert all migrations, or the last N",
	guarded: true,
	flags: [
		{ name: "all", kind: "boolean", help: "revert every migration without asking" },
		{
			name: "stored",
			kind: "boolean",
			help: "revert with the down texts that the history has, where files are gone; prints them, and asks",
		},
		{ name: "f", kind: "boolean", help: "with -stored: do not ask" },
	],
	async run(invocation) {
		const { operands, is } = invocation.line;
		if (is("all") && operands.length > 0) throw new CommandError("-all cannot be used with other arguments");
		if (is("f") && !is("stored"))
			throw new CommandError("-f goes with -stored; -all reverts every migration without asking");
		const limit = limitOf(invocation.line);
		if (is("stored")) {
			const { revertStored } = await import("../database/revert-stored.ts");
			return revertStored(invocation, limit);
		}
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		return runOnDatabase(invocation, {
			source: "read",
			question: limit === undefined && !is("all") ? QUESTION : undefined,
			stopping: STOPPING_AFTER_MIGRATION,
			run: async (migrate) => {
				try {
					const report = limit === undefined ? await migrate.down() : await migrate.steps(-limit);
					return reportEnd(report, "down", invocation);
				} catch (error) {
					const { withStoredAdvice } = await import("../database/messages/stored-advice.ts");
					throw await withStoredAdvice(error, migrate, limit);
				}
			},
		});
	},
};
