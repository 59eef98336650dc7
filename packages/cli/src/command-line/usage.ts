import { builtinDrivers, builtinSources } from "../database/schemes/builtins.ts";
import type { Command } from "./command.ts";
import { allCommands, commandNames, loadCommand } from "./commands.ts";
import { commonFlags, type Flag } from "./flags/flags.ts";

/** What `-help` says of all commands. */
export async function usage(): Promise<string> {
	const list = (await allCommands()).map((command): Row => [`${command.name} ${command.arguments}`, command.help]);
	return [
		"Usage: godwit FLAGS COMMAND [arg...]",
		"       godwit [ -version | -help ]",
		"",
		"Flags, before or after the command:",
		...flagTable(commonFlags),
		"",
		"Commands:",
		...table(list),
		"",
		`Sources: ${Object.keys(builtinSources).join(", ")}`,
		`Databases: ${Object.keys(builtinDrivers).join(", ")}`,
		...(await pluginLines()),
		...(await configLines()),
	].join("\n");
}

/** What packages of the project bring; a package.json that cannot be read is no reason to withhold the help. */
async function pluginLines(): Promise<readonly string[]> {
	const { driverKind, sourceKind } = await import("../plugins/plugin-kind.ts");
	const { pluginPackages } = await import("../plugins/plugin-packages.ts");
	const { projectOf } = await import("../plugins/project-packages.ts");
	try {
		const project = projectOf(process.cwd());
		if (project === undefined) return [];
		return [sourceKind, driverKind].flatMap((kind) => {
			const own = kind.name === "driver" ? builtinDrivers : builtinSources;
			const found = [...pluginPackages(project, kind)]
				.filter(([scheme]) => !Object.hasOwn(own, scheme))
				.map(([scheme, packages]) => `${scheme} (${packages.join(", ")})`);
			const what = kind.name === "driver" ? "Databases" : "Sources";
			return found.length === 0 ? [] : [`${what} of ${project.manifest}: ${found.join(", ")}`];
		});
	} catch (error) {
		return [`Databases and sources of packages are not known: ${(error as Error).message}`];
	}
}

/**
 * What a configuration maps to packages. Only one in JSON is read, since a module would have to be run, and none that is not as it
 * must be is a reason to withhold the help.
 */
async function configLines(): Promise<readonly string[]> {
	const { findConfig, shownPath } = await import("../config/find-config.ts");
	try {
		const file = findConfig(process.cwd());
		if (file === undefined) return [];
		if (!file.path.endsWith(".json")) {
			return [`${shownPath(file.path)} is not run for the help: databases and sources that it may name are not listed`];
		}
		const { loadConfig } = await import("../config/load-config.ts");
		const { sources, drivers, location } = await loadConfig(file);
		return [...listed(`Sources of ${location}`, sources), ...listed(`Databases of ${location}`, drivers)];
	} catch (error) {
		return [`Databases and sources of the configuration are not known: ${(error as Error).message}`];
	}
}

function listed(what: string, packages: ReadonlyMap<string, string>): readonly string[] {
	const list = [...packages].map(([scheme, name]) => `${scheme} (${name})`);
	return list.length === 0 ? [] : [`${what}: ${list.join(", ")}`];
}

/** What `-help` says of one command. @throws UsageError for a name that no command has. */
export async function usageOf(name: string): Promise<string> {
	const command = await loadCommand(name);
	const lines = [`Usage: ${synopsis(name, command)}`, `       ${command.help}`];
	if (command.flags.length > 0) lines.push("", "Flags:", ...flagTable(command.flags));
	return lines.join("\n");
}

/**
 * One or two lines for a command line that was not understood, without a line break at the end.
 *
 * @param name The command whose usage helps.
 */
export async function shortUsage(name: string | undefined): Promise<string> {
	if (name === undefined) {
		return `Usage: godwit FLAGS COMMAND [arg...]\nCommands: ${commandNames.join(", ")}; "godwit -help" tells more`;
	}
	return `Usage: ${synopsis(name, await loadCommand(name))}; "godwit ${name} -help" tells more`;
}

function synopsis(name: string, { arguments: args }: Command): string {
	return `godwit FLAGS ${name} ${args}`.trim();
}

type Row = readonly [string, string];

function flagTable(flags: readonly Flag[]): readonly string[] {
	return table(
		flags.map(({ name, value, help }): Row => [value === undefined ? `-${name}` : `-${name} ${value}`, help]),
	);
}

function table(rows: readonly Row[]): readonly string[] {
	const width = Math.max(...rows.map(([left]) => left.length)) + 2;
	return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
}
