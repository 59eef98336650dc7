import { nearestName } from "@godwit/core";
import { CommandError } from "../command-line/command-error.ts";
import type { GivenUrl } from "../command-line/given-url.ts";
import type { ReadVariable } from "../command-line/settings.ts";
import { DEFAULT_ENVIRONMENT, type EnvironmentConfig, type LoadedConfig } from "./config.ts";
import type { ConfigFile } from "./find-config.ts";
import { loadConfig } from "./load-config.ts";

/** The environment of a configuration that a command works in. */
export interface ChosenEnvironment {
	readonly name: string;
	/** Whether `-env` named it. */
	readonly named: boolean;
	readonly config: LoadedConfig;
	/** What the configuration says of it. */
	readonly settings: EnvironmentConfig;
	/** Its source, else that of the top. @throws CommandError for a variable that is not set. */
	source(): GivenUrl | undefined;
	/** @throws CommandError for a variable that is not set. */
	database(): GivenUrl | undefined;
	/** The database of any environment; undefined also for a variable that is not set. */
	databaseOf(environment: string): GivenUrl | undefined;
	/** Whether its database is the one in this environment variable. */
	takesFrom(variable: string | undefined): boolean;
	/** Every URL of the configuration that is known, of all environments. */
	urls(): readonly string[];
}

export interface EnvironmentChoice {
	/** Undefined for the one at the top. */
	readonly name: string | undefined;
	readonly variable: ReadVariable;
	/** Where variables are read too; for messages. */
	readonly envFile: string | undefined;
}

/** Loads a configuration and chooses one of its environments. @throws CommandError */
export async function chooseEnvironment(file: ConfigFile, choice: EnvironmentChoice): Promise<ChosenEnvironment> {
	const config = await loadConfig(file);
	const { name = DEFAULT_ENVIRONMENT, variable, envFile } = choice;
	const settings = config.environments.get(name);
	if (settings === undefined) throw unknownEnvironment(name, config);
	const { location, folder } = config;

	function read(value: string | undefined): string | undefined {
		const from = variableIn(value);
		return from === undefined ? value : variable(from);
	}

	function required(key: "source" | "database", value: string | undefined): GivenUrl | undefined {
		const url = read(value);
		if (value === undefined) return undefined;
		if (url === undefined) throw notSet(originOf(key, name), value, envFile);
		return { url, origin: originOf(key, name), folder };
	}

	function originOf(key: "source" | "database", environment: string): string {
		return environment === DEFAULT_ENVIRONMENT
			? `"${key}" in ${location}`
			: `"${key}" of the environment "${environment}" in ${location}`;
	}

	return {
		name,
		named: choice.name !== undefined,
		config,
		settings,
		source: () => required("source", settings.source ?? config.environments.get(DEFAULT_ENVIRONMENT)?.source),
		database: () => required("database", settings.database),
		databaseOf(environment) {
			const url = read(config.environments.get(environment)?.database);
			return url === undefined ? undefined : { url, origin: originOf("database", environment), folder };
		},
		takesFrom: (origin) => origin !== undefined && variableIn(settings.database) === origin,
		urls: () =>
			[...config.environments.values()]
				.flatMap(({ source, database }) => [read(source), read(database)])
				.filter((url) => url !== undefined),
	};
}

/** The variable that a value names: `env:NAME`. */
function variableIn(value: string | undefined): string | undefined {
	return value?.startsWith("env:") ? value.slice("env:".length) : undefined;
}

function notSet(what: string, value: string, envFile: string | undefined): CommandError {
	const variable = variableIn(value);
	const cure =
		envFile === undefined
			? "is not set; set it, or name a file that does with -env-file"
			: `is set neither in the environment nor in ${envFile}`;
	return new CommandError(`${what} is ${value}, and ${variable} ${cure}`);
}

function unknownEnvironment(name: string, { location, environments }: LoadedConfig): CommandError {
	const known = [...environments.keys()];
	const nearest = nearestName(name, known);
	const hint = nearest === undefined ? "" : `did you mean "${nearest}"? `;
	const all = known.length === 1 ? `the only one is ${known[0]}` : `there are ${known.join(", ")}`;
	return new CommandError(`there is no environment "${name}" in ${location}; ${hint}${all}`);
}
