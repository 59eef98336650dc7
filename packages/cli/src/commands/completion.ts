import type { Command } from "../command-line/command.ts";
import { assertAtMost } from "../command-line/operands.ts";
import { json } from "../output/json/json.ts";

/** Prints a script that completes the arguments of the command in a shell. */
export const completion: Command = {
	arguments: "bash|zsh|fish",
	help: "print a script for a shell that completes commands, flags, their values and versions",
	guarded: false,
	flags: [],
	unconfigured: true,
	async run({ line, printData }) {
		assertAtMost(1, line);
		const [shell] = line.operands;
		const { completionScript } = await import("../completion/completion-script.ts");
		const script = await completionScript(shell);
		printData(line.is("json") ? json({ command: "completion", shell, script }) : script);
		return 0;
	},
};
