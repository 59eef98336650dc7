import type { Command } from "./command.ts";
import { allCommands, loadCommand } from "./commands.ts";
import { commonFlags, type Flag } from "./flags/flags.ts";
import { firstOperand, type ParsedFlags, parseFlags } from "./flags/parse-flags.ts";
import { UsageError } from "./usage-error.ts";

/** What the user asked for. */
export interface CommandLine {
	/** The name of the command; missing when there was none. */
	readonly name: string | undefined;
	/** Missing when there was no name. */
	readonly command: Command | undefined;
	/** What follows the command's name and is not a flag. */
	readonly operands: readonly string[];
	/** The value of a flag as written, `undefined` when it was not given. */
	value(flag: string): string | undefined;
	/** Whether a boolean flag was given. */
	is(flag: string): boolean;
}

/**
 * Reads the arguments, and loads the command that they name.
 *
 * Flags of a command may stand before it, and only then all commands have to be loaded to understand the line.
 *
 * @throws UsageError for anything that the command does not take.
 */
export async function readCommandLine(args: readonly string[]): Promise<CommandLine> {
	const common = byName(commonFlags);
	const name = firstOperand(args, common) ?? (await parseWithAllFlags(args)).operands[0];
	const command = name === undefined ? undefined : await loadCommand(name);
	const known = byName([...commonFlags, ...(command?.flags ?? [])]);
	const { values: written, operands } =
		name === undefined ? await parseWithAllFlags(args) : await parse(name, args, known);
	const values = new Map([...written].map(([flag, value]) => [known.get(flag)?.name ?? flag, value]));
	return {
		name,
		command,
		operands: operands.slice(1),
		value: (flag) => values.get(flag),
		is: (flag) => values.get(flag) === "true",
	};
}

async function parseWithAllFlags(args: readonly string[]): Promise<ParsedFlags> {
	return parseFlags(args, byName([...commonFlags, ...(await allCommands()).flatMap(({ flags }) => flags)]));
}

async function parse(name: string, args: readonly string[], known: ReadonlyMap<string, Flag>): Promise<ParsedFlags> {
	try {
		return parseFlags(args, known);
	} catch (error) {
		if (!(error instanceof UsageError) || error.unknown === undefined) throw error;
		const { word } = error.unknown;
		const all = await allCommands();
		const owners = all.filter(({ flags }) => flags.some((flag) => `-${flag.name}` === word));
		if (owners.length === 0) throw error;
		const names = new Intl.ListFormat("en").format(owners.map((owner) => owner.name));
		const message = `${word} is a flag of ${names}, not of ${name}`;
		throw new UsageError(message, { command: name });
	}
}

function byName(flags: readonly Flag[]): ReadonlyMap<string, Flag> {
	return new Map(flags.flatMap((flag) => [flag.name, flag.alias ?? flag.name].map((name) => [name, flag])));
}
