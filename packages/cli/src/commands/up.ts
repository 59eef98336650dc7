import type { Command } from "../command-line/command.ts";
import { backupFlags, backupOf } from "../command-line/flags/backup-flags.ts";
import type { Flag } from "../command-line/flags/flags.ts";
import { policyFlags } from "../command-line/flags/policy-flags.ts";
import { rehearseFirstFlags, rehearseFirstOf } from "../command-line/flags/rehearse-flags.ts";
import { limitOf } from "../command-line/operands.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { reportEnd } from "../database/messages/report-end.ts";
import { STOPPING_AFTER_MIGRATION } from "../database/operation.ts";

/** Flags of a run, with which a plan does nothing. */
const RUN_FLAGS: readonly Flag[] = [...backupFlags, ...rehearseFirstFlags];

/** @throws UsageError */
function assertPlans(line: CommandLine): void {
	const flag = RUN_FLAGS.find(({ name, kind }) =>
		kind === "boolean" ? line.is(name) : line.value(name) !== undefined,
	);
	if (flag === undefined) return;
	throw new UsageError(`-dry-run runs nothing, so -${flag.name} does nothing with it; leave one of them out`);
}

/** Go: upCmd. */
export const up: Command = {
	arguments: "[N] [flags]",
	help: "apply all migrations, or the next N",
	guarded: false,
	flags: [
		{ name: "dry-run", kind: "boolean", help: "show what would run and do, as plan does; nothing runs" },
		...policyFlags,
		...backupFlags,
		...rehearseFirstFlags,
	],
	async run(invocation) {
		const limit = limitOf(invocation.line);
		if (invocation.line.is("dry-run")) {
			assertPlans(invocation.line);
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
