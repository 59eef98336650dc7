import type { Command } from "../command-line/command.ts";
import { policyFlags } from "../command-line/flags/policy-flags.ts";
import { rehearsalOf, rehearseFlags } from "../command-line/flags/rehearse-flags.ts";
import { limitOf } from "../command-line/operands.ts";

/** Runs the pending migrations on a copy of the database. */
export const rehearse: Command = {
	arguments: "[N] [-html FILE]",
	help: "run the pending migrations, or the next N, on a private copy, and show what became of schema and rows",
	guarded: false,
	flags: [...policyFlags, ...rehearseFlags],
	async run(invocation) {
		const limit = limitOf(invocation.line);
		const { html, ...options } = rehearsalOf(invocation.line);
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		const { showRehearsal } = await import("../output/rehearsal/show-rehearsal.ts");
		return runOnDatabase(invocation, {
			source: limit === 0 ? "read" : "not empty",
			stopping: "Stopping the rehearsal after this running migration ...",
			async run(migrate, _, database) {
				return showRehearsal(await migrate.rehearse(limit, options), { database, html }, invocation);
			},
		});
	},
};
