import type { Command } from "../command-line/command.ts";
import { backupFlags, backupOf } from "../command-line/flags/backup-flags.ts";
import { policyFlags } from "../command-line/flags/policy-flags.ts";
import { versionOf } from "../command-line/operands.ts";
import { reportEnd } from "../database/messages/report-end.ts";
import { STOPPING_AFTER_MIGRATION } from "../database/operation.ts";

/** Go: gotoCmd. */
export const goto: Command = {
	arguments: "V",
	help: "migrate up or down to version V",
	guarded: false,
	flags: [...policyFlags, ...backupFlags],
	async run(invocation) {
		const target = versionOf(invocation.line, 0);
		const { assertUnprotected, runOnDatabase } = await import("../database/run-on-database.ts");
		return runOnDatabase(invocation, {
			source: "not empty",
			backup: backupOf(invocation.line),
			stopping: STOPPING_AFTER_MIGRATION,
			async run(migrate, _, database) {
				// Before a backup is made, and before the first event is told.
				const downwards = invocation.settings.environment !== undefined && (await migrate.version()).version > target;
				if (downwards) await assertUnprotected(invocation, database);
				return reportEnd(await migrate.migrate(target), "up", invocation);
			},
		});
	},
};
