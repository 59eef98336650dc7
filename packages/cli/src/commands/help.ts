import type { Command } from "../command-line/command.ts";
import { assertAtMost } from "../command-line/operands.ts";
import { json } from "../output/json/json.ts";

/** The same as `-help`. */
export const help: Command = {
	arguments: "[COMMAND]",
	help: "print the help of all commands, or of one",
	guarded: false,
	flags: [],
	unconfigured: true,
	async run({ line, print }) {
		assertAtMost(1, line);
		const { usage, usageOf } = await import("../command-line/usage.ts");
		const [name] = line.operands;
		const text = name === undefined ? await usage() : await usageOf(name);
		print(line.is("json") ? json({ command: "help", text }) : text);
		return 0;
	},
};
