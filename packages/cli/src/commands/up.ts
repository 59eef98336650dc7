import { backupFlags, backupOf } from "../command-line/backup-flags.ts";
import type { Command } from "../command-line/command.ts";
import { limitOf } from "../command-line/operands.ts";
import { policyFlags } from "../command-line/policy-flags.ts";
import { rehearseFirstFlags, rehearseFirstOf } from "../command-line/rehearse-flags.ts";
import { STOPPING_AFTER_MIGRATION } from "../database/operation.ts";
import { reportEnd } from "../database/report-end.ts";

/** Go: upCmd. */
export const up: Command = {
	arguments: "[N] [flags]",
	help: "apply all migrations, or the next N",
	flags: [
		{ name: "dry-run", kind: "boolean", help: "show what would run and do, as plan does; nothing runs" },
		...policyFlags,
		...backupFlags,
		...rehearseFirstFlags,
	],
	async run(invocation) {
		const limit = limitOf(invocation.line);
		if (invocation.line.is("dry-run")) {
			const { runPlan } = await import("../database/run-plan.ts");
			return runPlan(invocation, limit === undefined ? { kind: "up" } : { kind: "up", limit });
		}
		const rehearsal = rehearseFirstOf(invocation.line);
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		return runOnDatabase(invocation, {
			source: limit === 0 ? "read" : "not empty",
			backup: backupOf(invocation.line),
			rehearsal,
			stopping: STOPPING_AFTER_MIGRATION,
			run: async (migrate) => {
				const report = limit === undefined ? await migrate.up() : await migrate.steps(limit);
				return reportEnd(report, "up", invocation);
			},
		});
	},
};
