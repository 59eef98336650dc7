import type { Command } from "../command-line/command.ts";
import { assertAtMost } from "../command-line/operands.ts";
import { UsageError } from "../command-line/usage-error.ts";

/** Checks the migrations themselves, as continuous integration does. */
export const check: Command = {
	arguments: "[flags]",
	help: "check the migrations without a database: names, edits, up, down and up again, rules",
	guarded: false,
	flags: [
		{
			name: "fix",
			kind: "boolean",
			help: "first write strings in single quotes that are in double ones, and accept the edits in godwit.sum",
		},
		{
			name: "schema",
			kind: "string",
			value: "FILE",
			help: "also compare what the migrations make with FILE, which dump has printed",
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
		const { line } = invocation;
		assertAtMost(0, line);
		if (line.is("json") && line.value("format") !== undefined) {
			throw new UsageError("-json prints a document, so -format does nothing with it; leave one of them out");
		}
		const { runCheck } = await import("../check/run-check.ts");
		return runCheck(invocation);
	},
};
