import type { DumpFormat } from "@godwit/core";
import type { Command } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { assertAtMost } from "../command-line/operands.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";

const FORMATS: readonly DumpFormat[] = ["sql", "json", "mermaid"];

/** Prints what the database consists of, or compares that with a file. */
export const dump: Command = {
	arguments: "[flags]",
	help: "print the schema of the database, or compare it with a file",
	guarded: false,
	flags: [
		{
			name: "format",
			kind: "string",
			words: FORMATS,
			value: FORMATS.join("|"),
			help: "statements that make the schema, a document, or a diagram (default sql; json with -json)",
		},
		{
			name: "check",
			kind: "string",
			value: "FILE",
			help: "print how the schema differs from FILE, which dump has printed, and exit with 4 if it does",
		},
	],
	async run(invocation) {
		const { line } = invocation;
		assertAtMost(0, line);
		const file = line.value("check");
		const format = formatOf(line, file !== undefined);
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		const { showDump } = await import("../output/reports/show-dump.ts");
		return runOnDatabase(invocation, {
			source: "unread",
			needsDatabase: true,
			run: async (migrate) => showDump(await migrate.schema(), { format, file }, invocation),
		});
	},
};

/**
 * @param checks Whether a file is compared; -json then asks for the differences as a document.
 * @throws CommandError for two formats at once.
 */
function formatOf(line: CommandLine, checks: boolean): DumpFormat {
	const format = line.value("format") as DumpFormat | undefined;
	if (checks || !line.is("json")) return format ?? "sql";
	if (format === undefined || format === "json") return "json";
	throw new CommandError(`-json and -format ${format} ask for two formats; leave one of them out`);
}
