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
import { loadPlugin, type Plugin } from "./load-plugin.ts";
import { driverKind, type PluginKind, sourceKind } from "./plugin-kind.ts";
import { pluginPackages } from "./plugin-packages.ts";
import { type Project, projectOf } from "./project-packages.ts";

/** Registers the driver of a scheme that the project's package.json names. @throws CommandError, and MigrateError `ERR_UNKNOWN_DRIVER`. */
export async function registerDriverPlugin(scheme: string): Promise<void> {
	register(scheme, await pluginFor(scheme, driverKind, registeredDrivers()));
}

/** Registers the source of a scheme that the project's package.json names. @throws CommandError, and MigrateError `ERR_UNKNOWN_SOURCE`. */
export async function registerSourcePlugin(scheme: string): Promise<void> {
	registerSource(scheme, await pluginFor(scheme, sourceKind, registeredSources()));
}

async function pluginFor<Factory extends DriverFactory | SourceFactory>(
	scheme: string,
	kind: PluginKind<Factory>,
	registered: readonly string[],
): Promise<Factory> {
	const project = projectOf(process.cwd());
	const found = project === undefined ? new Map<string, readonly string[]>() : pluginPackages(project, kind);
	const plugin = project && choose(found.get(scheme) ?? [], project, scheme);
	if (plugin !== undefined) return loadPlugin(plugin, kind);
	const known = [...registered, ...found.keys()].sort();
	const nearest = nearestName(scheme, known);
	const question = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
	const place = project === undefined ? "a package.json, and there is none here" : project.manifest;
	const message = `no ${kind.name} for the scheme "${scheme}"${question} (known are ${known.join(", ")}; another is a package godwit-${kind.name}-${scheme} among the dependencies of ${place})`;
	throw new MigrateError(kind.unknown, message, { scheme, known });
}

function choose(packages: readonly string[], { manifest }: Project, scheme: string): Plugin | undefined {
	const [first, ...others] = packages;
	if (first === undefined) return undefined;
	if (others.length === 0) return { package: first, namedBy: manifest };
	throw new CommandError(`${packages.join(" and ")} of ${manifest} are all for ${scheme}://; remove all but one`);
}
