import type { Command } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
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
		const script = await scriptFor(shell);
		printData(line.is("json") ? json({ command: "completion", shell, script }) : script);
		return 0;
	},
};

/** @throws CommandError for a shell that is not known. */
async function scriptFor(shell: string | undefined): Promise<string> {
	const { completedCommand, completedFlag } = await import("../completion/completed.ts");
	const { allCommands } = await import("../command-line/commands.ts");
	const { commonFlags } = await import("../command-line/flags/flags.ts");
	const commands = (await allCommands()).map(completedCommand);
	const common = commonFlags.map(completedFlag);
	switch (shell) {
		case "bash":
			return (await import("../completion/bash.ts")).bashCompletion(commands, common);
		case "zsh":
			return (await import("../completion/zsh.ts")).zshCompletion(commands, common);
		case "fish":
			return (await import("../completion/fish.ts")).fishCompletion(commands, common);
		case undefined:
			throw new CommandError("please specify the shell: bash, zsh or fish");
		default:
			throw new CommandError(`there is no completion for "${shell}"; there is one for bash, zsh and fish`);
	}
}
