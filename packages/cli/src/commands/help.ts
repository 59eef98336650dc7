import type { Command } from "../command-line/command.ts";
import { assertAtMost } from "../command-line/operands.ts";

/** The same as `-help`. */
export const help: Command = {
	arguments: "[COMMAND]",
	help: "print the help of all commands, or of one",
	flags: [],
	unconfigured: true,
	async run({ line, print }) {
		assertAtMost(1, line);
		const { usage, usageOf } = await import("../command-line/usage.ts");
		const [name] = line.operands;
		print(name === undefined ? await usage() : await usageOf(name));
		return 0;
	},
};
