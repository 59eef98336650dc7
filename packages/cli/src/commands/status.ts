import type { Command } from "../command-line/command.ts";
import { policyFlags } from "../command-line/flags/policy-flags.ts";
import { assertAtMost } from "../command-line/operands.ts";

/** Shows for every migration whether it is applied. */
export const status: Command = {
	arguments: "[flags]",
	help: "show which migrations are applied and pending, and what is not as it should be",
	guarded: false,
	flags: [
		{
			name: "exit-code",
			kind: "boolean",
			help: "exit with 3 when migrations are pending, and with 4 when something is wrong",
		},
		...policyFlags,
	],
	async run(invocation) {
		assertAtMost(0, invocation.line);
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		const { showStatus } = await import("../output/reports/show-status.ts");
		return runOnDatabase(invocation, {
			source: "read",
			run: async (migrate, _, database) => showStatus(await migrate.status(), database, invocation),
		});
	},
};
