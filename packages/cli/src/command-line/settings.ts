import type { ChosenEnvironment } from "../config/chosen-environment.ts";
import { configNamed, findConfig } from "../config/find-config.ts";
import { CommandError } from "./command-error.ts";
import { commonFlags } from "./flags/flags.ts";
import { type GivenUrl, urlOfPath } from "./given-url.ts";
import type { CommandLine } from "./read-command-line.ts";

/** What a command works on and how, beyond its own arguments: from flags, environment variables and a configuration. */
export interface Settings {
	/** Where the migrations are; undefined when the user did not say. @throws CommandError for an environment variable that is not set. */
	source(): GivenUrl | undefined;
	/** The database; undefined when the user did not say. @throws CommandError for an environment variable that is not set. */
	database(): GivenUrl | undefined;
	/** Which database the environment variables name, whether or not it counts; undefined when they name none. */
	readonly inherited: GivenUrl | undefined;
	/** The environment of the configuration; undefined when there is no configuration. */
	readonly environment: ChosenEnvironment | undefined;
	/** Keeps the secrets of a URL out of everything that is printed. */
	readonly hide: (url: string) => void;
}

/** Reads an environment variable; empty is not set. */
export type ReadVariable = (name: string) => string | undefined;

/** The first one that is set counts. */
const DATABASE_VARIABLES = ["GODWIT_DATABASE", "DATABASE_URL"] as const;

/**
 * Finds the settings of a command. A flag counts before the environment, and the environment before the configuration; with
 * `-env` the environment does not count.
 *
 * @throws CommandError for a configuration, an environment or a file of variables that is not there or not as it must be, and for an
 *   empty flag.
 */
export async function settingsOf(line: CommandLine, hide: Settings["hide"]): Promise<Settings> {
	const { value } = line;
	assertNoneEmpty(line);
	if (line.command?.unconfigured === true) return NONE;
	const path = value("path");
	const places = await variablesOf(value("env-file"));
	const variable: ReadVariable = (name) => places.map((read) => read(name)).find((found) => found !== undefined);
	const environment = await environmentOf(line, variable);
	// Both of the environment count before both of the file.
	const [inherited] = places.flatMap((read) => DATABASE_VARIABLES.flatMap((origin) => given(origin, read(origin))));
	const [source] = [...given("-source", value("source")), ...given("-path", path && urlOfPath(path))];
	const [database] = given("-database", value("database"));
	for (const { url } of [source, database, inherited].filter((known) => known !== undefined)) hide(url);
	for (const url of environment?.urls() ?? []) hide(url);
	return {
		source: () => source ?? environment?.source(),
		database() {
			const overruled = environment?.named === true || environment?.takesFrom(inherited?.origin) === true;
			return database ?? (overruled ? undefined : inherited) ?? environment?.database();
		},
		inherited,
		environment,
		hide,
	};
}

/** A variable of a shell that is not set must not lead to another database, file or folder. @throws CommandError */
function assertNoneEmpty({ command, value }: CommandLine): void {
	for (const { name, takesEmpty = false } of [...commonFlags, ...(command?.flags ?? [])]) {
		if (value(name) !== "" || takesEmpty) continue;
		throw new CommandError(`-${name} is empty; say which, or leave the flag out`);
	}
}

const NONE: Settings = {
	source: () => undefined,
	database: () => undefined,
	inherited: undefined,
	environment: undefined,
	hide: () => undefined,
};

function given(origin: string, url: string | undefined): readonly GivenUrl[] {
	return url ? [{ url, origin }] : [];
}

/** The environment, and the file that was named; what comes first counts. */
async function variablesOf(file: string | undefined): Promise<readonly ReadVariable[]> {
	const inEnvironment: ReadVariable = (name) => process.env[name] || undefined;
	if (file === undefined) return [inEnvironment];
	const { readEnvFile } = await import("../config/env-file.ts");
	const inFile = readEnvFile(file);
	return [inEnvironment, (name) => inFile[name] || undefined];
}

async function environmentOf({ value }: CommandLine, variable: ReadVariable): Promise<ChosenEnvironment | undefined> {
	const named = value("config");
	const name = value("env");
	const file = named === undefined ? findConfig(process.cwd()) : configNamed(named);
	if (file === undefined) {
		if (name === undefined) return undefined;
		const reason =
			named === undefined ? "no configuration was found beside the nearest package.json" : "-config none was given";
		throw new CommandError(`there is no environment "${name}": ${reason}; name the file with -config FILE`);
	}
	const { chooseEnvironment } = await import("../config/chosen-environment.ts");
	return chooseEnvironment(file, { name, variable, envFile: value("env-file") });
}
