import type { Command } from "../command-line/command.ts";
import { limitOf } from "../command-line/operands.ts";
import { policyFlags } from "../command-line/policy-flags.ts";
import { STOPPING_AFTER_MIGRATION } from "../database/operation.ts";
import { reportEnd } from "../database/report-end.ts";

/** Go: upCmd. */
export const up: Command = {
	arguments: "[N]",
	help: "apply all migrations, or the next N",
	flags: policyFlags,
	async run(invocation) {
		const limit = limitOf(invocation.line);
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		return runOnDatabase(invocation, {
			source: limit === 0 ? "read" : "not empty",
			stopping: STOPPING_AFTER_MIGRATION,
			run: async (migrate) => {
				const report = limit === undefined ? await migrate.up() : await migrate.steps(limit);
				return reportEnd(report, "up", invocation);
			},
		});
	},
};
