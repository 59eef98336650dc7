import { flags } from "./flags.ts";
import { parseFlags } from "./parse-flags.ts";
import { commandNames } from "./usage.ts";
import { UsageError } from "./usage-error.ts";

/** What the user asked for. */
export interface CommandLine {
	/** Missing when there was none; otherwise one of the known commands. */
	readonly command: string | undefined;
	/** What follows the command and is not a flag. */
	readonly operands: readonly string[];
	/** The value of a flag as written, `undefined` when it was not given. */
	value(flag: string): string | undefined;
	/** Whether a boolean flag was given. */
	is(flag: string): boolean;
}

/** @throws UsageError for anything that the command does not take. */
export function readCommandLine(args: readonly string[]): CommandLine {
	const known = new Map(flags.flatMap((flag) => [flag.name, flag.alias ?? flag.name].map((name) => [name, flag])));
	const { values: written, operands: words } = parseFlags(args, known);
	const values = new Map([...written].map(([name, value]) => [known.get(name)?.name ?? name, value]));
	const [command, ...operands] = words;
	if (command !== undefined && !commandNames.includes(command)) {
		throw new UsageError(`unknown command "${command}"`, { unknown: { word: command, known: commandNames } });
	}
	for (const [name, value] of values) {
		const owners = known.get(name)?.commands;
		if (command !== undefined && owners !== undefined && !owners.includes(command)) {
			throw new UsageError(`-${name} is a flag of ${owners.join(" and ")}, not of ${command}`, { command });
		}
		if (name === "transaction" && value !== "each" && value !== "all") {
			throw new UsageError(`invalid value "${value}" for flag -transaction: it must be each or all`, { command });
		}
	}
	return {
		command,
		operands,
		value: (flag) => values.get(flag),
		is: (flag) => values.get(flag) === "true",
	};
}
