import { dirname, isAbsolute, join, relative, sep } from "node:path";
import {
	type DriverFactory,
	MigrateError,
	nearestName,
	register,
	registeredDrivers,
	registeredSources,
	registerSource,
	type SourceFactory,
} from "@godwit/core";
import { CommandError } from "../command-line/command-error.ts";
import type { LoadedConfig } from "../config/config.ts";
import { loadPlugin, type Plugin } from "./load-plugin.ts";
import { driverKind, type PluginKind, sourceKind } from "./plugin-kind.ts";
import { pluginPackages } from "./plugin-packages.ts";
import { type Project, projectOf } from "./project-packages.ts";

/** What a configuration says of packages. */
export type PluginConfig = Pick<LoadedConfig, "location" | "folder" | "drivers" | "sources">;

/**
 * Registers the driver of a scheme, from the package that the configuration or package.json names.
 *
 * @throws CommandError, and MigrateError `ERR_UNKNOWN_DRIVER`.
 */
export async function registerDriverPlugin(scheme: string, config: PluginConfig | undefined): Promise<void> {
	register(scheme, await pluginFor(scheme, driverKind, registeredDrivers(), config));
}

/**
 * Registers the source of a scheme, from the package that the configuration or package.json names.
 *
 * @throws CommandError, and MigrateError `ERR_UNKNOWN_SOURCE`.
 */
export async function registerSourcePlugin(scheme: string, config: PluginConfig | undefined): Promise<void> {
	registerSource(scheme, await pluginFor(scheme, sourceKind, registeredSources(), config));
}

async function pluginFor<Factory extends DriverFactory | SourceFactory>(
	scheme: string,
	kind: PluginKind<Factory>,
	registered: readonly string[],
	config: PluginConfig | undefined,
): Promise<Factory> {
	const mapped = config?.[kind.key].get(scheme);
	if (config !== undefined && mapped !== undefined) {
		const where = `"${kind.key}" in ${config.location}`;
		if (registered.includes(scheme)) {
			throw new CommandError(
				`${where} names a package for ${scheme}://, which godwit has itself; choose another scheme`,
			);
		}
		return loadPlugin(mappedPlugin(mapped, where, config.folder), kind);
	}
	const project = projectOf(process.cwd());
	const found = project === undefined ? new Map<string, readonly string[]>() : pluginPackages(project, kind);
	const plugin = project && choose(found.get(scheme) ?? [], project, scheme);
	if (plugin !== undefined) return loadPlugin(plugin, kind);
	const known = [...new Set([...registered, ...found.keys(), ...(config?.[kind.key].keys() ?? [])])].sort();
	const nearest = nearestName(scheme, known);
	const question = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
	const place = project === undefined ? "a package.json, and there is none here" : project.manifest;
	const other = `another is a package godwit-${kind.name}-${scheme}, or one that a configuration names in "${kind.key}", among the dependencies of ${place}`;
	const message = `no ${kind.name} for the scheme "${scheme}"${question} (known are ${known.join(", ")}; ${other})`;
	throw new MigrateError(kind.unknown, message, { scheme, known });
}

/** A path leads to a file of the project itself. @throws CommandError for a package that its package.json does not name. */
function mappedPlugin(name: string, where: string, folder: string): Plugin {
	const project = projectOf(folder);
	const manifest = project?.manifest ?? join(folder, "package.json");
	if (/^\.\.?\//.test(name)) {
		const root = dirname(manifest);
		if (!isInside(root, join(folder, name))) {
			throw new CommandError(`${where} names ${name}, which is not in the project ${root}; move the file there`);
		}
		return { package: name, namedBy: join(folder, "package.json") };
	}
	if (project?.packages.includes(name) === true) return { package: name, namedBy: manifest };
	throw new CommandError(
		`${where} names the package ${name}, which is not among the dependencies of ${manifest}; install it with "npm install ${name}"`,
	);
}

function isInside(root: string, path: string): boolean {
	const way = relative(root, path);
	return !isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`);
}

function choose(packages: readonly string[], { manifest }: Project, scheme: string): Plugin | undefined {
	const [first, ...others] = packages;
	if (first === undefined) return undefined;
	if (others.length === 0) return { package: first, namedBy: manifest };
	throw new CommandError(`${packages.join(" and ")} of ${manifest} are all for ${scheme}://; remove all but one`);
}
