import type { Goal } from "@godwit/core";
import type { Command } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { policyFlags } from "../command-line/flags/policy-flags.ts";
import { countOf, wholeVersion } from "../command-line/operands.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";

/** Shows what would run, and what each statement would do. */
export const plan: Command = {
	arguments: "[up [N] | down [N] | goto V]",
	help: "show what up, down or goto would run and do; nothing runs",
	guarded: false,
	flags: [{ name: "exit-code", kind: "boolean", help: "exit with 3 when something would run" }, ...policyFlags],
	async run(invocation) {
		const goal = goalOf(invocation.line);
		const { runPlan } = await import("../database/run-plan.ts");
		return runPlan(invocation, goal);
	},
};

/** @throws CommandError */
function goalOf({ operands }: CommandLine): Goal {
	const [way = "up", number, ...rest] = operands;
	if (rest.length > 0) throw new CommandError(`too many arguments: "${rest[0]}" is left over`);
	if (way === "goto") return { kind: "version", version: wholeVersion(number, 0) };
	if (way !== "up" && way !== "down") {
		throw new CommandError(`there is no plan for "${way}"; write plan up, plan down or plan goto V`);
	}
	const limit = countOf(number);
	return limit === undefined ? { kind: way } : { kind: way, limit };
}
