import type { Command } from "../command-line/command.ts";
import { assertAtMost } from "../command-line/operands.ts";

/** Checks the migrations themselves, as continuous integration does. */
export const check: Command = {
	arguments: "[flags]",
	help: "check the migrations without a database: names, edits, up, down and up again, rules",
	flags: [
		{
			name: "fix",
			kind: "boolean",
			help: "first write strings in single quotes that are in double ones, and accept the edits in godwit.sum",
		},
		{
			name: "dialect",
			kind: "string",
			value: "SCHEME",
			help: "the kind of database that they are for (default: that of the database URL, else sqlite)",
		},
		{
			name: "format",
			kind: "string",
			words: ["text", "github"],
			value: "text|github",
			help: "how findings are printed; github: as annotations of GitHub Actions (default text)",
		},
	],
	async run(invocation) {
		assertAtMost(0, invocation.line);
		const { runCheck } = await import("../check/run-check.ts");
		return runCheck(invocation);
	},
};
