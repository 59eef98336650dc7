import type { Output } from "../output/output.ts";
import type { Flag } from "./flags/flags.ts";
import type { CommandLine } from "./read-command-line.ts";
import type { Settings } from "./settings.ts";

/** A command, as its own file describes it. */
export interface Command {
	/** What follows its name in the usage: `[N] [-all]`; empty for nothing. */
	readonly arguments: string;
	/** What it does, in one line without a full stop. */
	readonly help: string;
	/**
	 * Whether it takes something back or overwrites it in the database, so that `-confirm` has to name a protected environment. A
	 * migration that is about to run down is refused in whatever command.
	 */
	readonly guarded: boolean | ((line: CommandLine) => boolean);
	/** The flags that it takes besides those of every command. */
	readonly flags: readonly Flag[];
	/** Whether no configuration is read for it, so that a wrong one is not in its way. Default false. */
	readonly unconfigured?: boolean;
	/**
	 * Carries it out.
	 *
	 * What works on a database is loaded here and not with the file, so that help, and an error in the command line, need
	 * not wait for it.
	 *
	 * @returns The exit code.
	 * @throws CommandError when it cannot be carried out as given.
	 */
	run(invocation: Invocation): Promise<number>;
}

/** What a command has to work with. */
export interface Invocation extends Output {
	readonly line: CommandLine;
	readonly settings: Settings;
}
