import type { Command } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { assertAtMost } from "../command-line/operands.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";

/** Shows what happened in a database, and the files as they were. */
export const history: Command = {
	arguments: "[flags]",
	help: "show what happened in the database, or the text of a migration as it ran",
	guarded: false,
	flags: [
		{ name: "n", kind: "count", value: "N", help: "the last N events only" },
		{
			name: "show",
			kind: "string",
			value: "V[:down]",
			help: "print the up file of version V as it ran, or its down file as it was then",
		},
		{ name: "diff", kind: "string", value: "V", help: "compare the up file of version V as it ran with the one now" },
		{ name: "exit-code", kind: "boolean", help: "exit with 3 when migrations are pending" },
	],
	async run(invocation) {
		const { line } = invocation;
		assertAtMost(0, line);
		const [show, diff] = [versionIn(line, "show"), versionIn(line, "diff")];
		const asked = [show, diff, line.value("n")].filter((value) => value !== undefined);
		if (asked.length > 1) throw new CommandError("-n, -show and -diff go one at a time");
		const exitCode = line.is("exit-code");
		if (exitCode && (show ?? diff) !== undefined) {
			throw new CommandError("-exit-code goes with the events, not with -show or -diff");
		}
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		const { showEvents } = await import("../output/reports/show-history.ts");
		const { showText, showDifference } = await import("../output/reports/show-stored-text.ts");
		return runOnDatabase(invocation, {
			source: diff === undefined && !exitCode ? "unread" : "read",
			needsDatabase: true,
			run(migrate, source) {
				if (show !== undefined) return showText(migrate, show, invocation);
				if (diff !== undefined) return showDifference(migrate, source, diff.version, invocation);
				return showEvents(migrate, invocation);
			},
		});
	},
};

/** @throws CommandError */
function versionIn(
	line: CommandLine,
	flag: "show" | "diff",
): { version: bigint; direction: "up" | "down" } | undefined {
	const value = line.value(flag);
	if (value === undefined) return undefined;
	const [, version, direction] = /^([0-9]+)(:down|:up)?$/.exec(value) ?? [];
	if (version === undefined || (flag === "diff" && direction !== undefined)) {
		throw new CommandError(`can't read version V of -${flag}: it is "${value}"`);
	}
	return { version: BigInt(version), direction: direction === ":down" ? "down" : "up" };
}
