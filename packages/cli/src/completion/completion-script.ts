import { CommandError } from "../command-line/command-error.ts";
import { allCommands } from "../command-line/commands.ts";
import { commonFlags } from "../command-line/flags/flags.ts";
import { bashCompletion } from "./bash.ts";
import { completedCommand, completedFlag } from "./completed.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

/** Writes the script for a shell. @throws CommandError for a shell that is not known. */
export async function completionScript(shell: string | undefined): Promise<string> {
	const commands = (await allCommands()).map(completedCommand);
	const common = commonFlags.map(completedFlag);
	switch (shell) {
		case "bash":
			return bashCompletion(commands, common);
		case "zsh":
			return zshCompletion(commands, common);
		case "fish":
			return fishCompletion(commands, common);
		case undefined:
			throw new CommandError("please specify the shell: bash, zsh or fish");
		default:
			throw new CommandError(`there is no completion for "${shell}"; there is one for bash, zsh and fish`);
	}
}
