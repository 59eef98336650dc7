import { builtinDrivers, builtinSources } from "../database/builtins.ts";
import { type Flag, flags } from "./flags.ts";

interface CommandUsage {
	readonly arguments: string;
	readonly help: string;
}

const commands: Readonly<Record<string, CommandUsage>> = {
	create: { arguments: "-ext EXT [flags] NAME", help: "create an empty up and down file called NAME" },
	goto: { arguments: "V", help: "migrate up or down to version V" },
	up: { arguments: "[N]", help: "apply all migrations, or the next N" },
	down: { arguments: "[N] [-all]", help: "revert all migrations, or the last N" },
	drop: { arguments: "[-f]", help: "drop everything inside the database" },
	force: { arguments: "V", help: "record version V without running anything, and clear the dirty flag" },
	version: { arguments: "", help: "print the version that the database is at" },
	unlock: { arguments: "[-f]", help: "show who holds a lock on the database, and clear it" },
};

/** The commands, in the order of the help. */
export const commandNames: readonly string[] = Object.keys(commands);

/** What `-help` says, of all commands or of one. */
export function usage(command?: string): string {
	const about = command === undefined ? undefined : commands[command];
	if (command === undefined || about === undefined) {
		const list = Object.entries(commands).map(([name, { arguments: args, help }]): Row => [`${name} ${args}`, help]);
		return [
			"Usage: godwit FLAGS COMMAND [arg...]",
			"       godwit [ -version | -help ]",
			"",
			"Flags, before or after the command:",
			...table(flagRows(undefined)),
			"",
			"Commands:",
			...table(list),
			"",
			`Sources: ${Object.keys(builtinSources).join(", ")}`,
			`Databases: ${Object.keys(builtinDrivers).join(", ")}`,
			"",
		].join("\n");
	}
	const own = flagRows(command);
	const lines = [`Usage: ${synopsis(command)}`, `       ${about.help}`, ""];
	if (own.length > 0) lines.push("Flags:", ...table(own), "");
	return lines.join("\n");
}

/** One or two lines for a command line that was not understood. */
export function shortUsage(command?: string): string {
	if (command === undefined || commands[command] === undefined) {
		return `Usage: godwit FLAGS COMMAND [arg...]\nCommands: ${commandNames.join(", ")}; "godwit -help" tells more\n`;
	}
	return `Usage: ${synopsis(command)}; "godwit ${command} -help" tells more\n`;
}

function synopsis(command: string): string {
	return `godwit FLAGS ${command} ${commands[command]?.arguments ?? ""}`.trim();
}

type Row = readonly [string, string];

function flagRows(command: string | undefined): readonly Row[] {
	return flags
		.filter(({ commands }) => (command === undefined ? commands === undefined : commands?.includes(command)))
		.map(({ name, value, help }: Flag): Row => [value === undefined ? `-${name}` : `-${name} ${value}`, help]);
}

function table(rows: readonly Row[]): readonly string[] {
	const width = Math.max(...rows.map(([left]) => left.length)) + 2;
	return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
}
