import type { Command } from "../command-line/command.ts";
import { assertAtMost } from "../command-line/operands.ts";

/** Examines the database itself, whatever its migrations. */
export const doctor: Command = {
	arguments: "",
	help: "examine the database for damage, and for what gets in the way of migrations",
	guarded: false,
	flags: [],
	async run(invocation) {
		assertAtMost(0, invocation.line);
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		const { showDiagnoses } = await import("../output/reports/show-diagnoses.ts");
		return runOnDatabase(invocation, {
			source: "unread",
			run: async (migrate) => showDiagnoses(await migrate.doctor(), invocation),
		});
	},
};
