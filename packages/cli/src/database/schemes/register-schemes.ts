import { registeredDrivers, registeredSources } from "@godwit/core";
import type { PluginConfig } from "../../plugins/register-plugin.ts";
import { registerBuiltins } from "./register-builtins.ts";

/** One letter without `//` behind it is a drive of Windows; what is no scheme is for whoever opens the URL to refuse. */
const SCHEME = /^([a-z][a-z0-9+.-]+(?=:)|[a-z](?=:\/\/))/i;

/** What this process has taken from packages, and need not take again. */
const driversOfPackages = new Set<string>();
const sourcesOfPackages = new Set<string>();

/**
 * Registers what a database URL needs: the drivers that come with godwit, and that of a package of the project.
 *
 * @throws CommandError for a package that cannot be used. @throws MigrateError `ERR_UNKNOWN_DRIVER`.
 */
export async function registerDriverOf(url: string, config: PluginConfig | undefined): Promise<void> {
	registerBuiltins();
	const scheme = schemeOf(url);
	// Who writes file: for a database means one of SQLite, which whoever opens it says.
	if (scheme === undefined || scheme === "file" || driversOfPackages.has(scheme)) return;
	if (registeredDrivers().includes(scheme) && config?.drivers.has(scheme) !== true) return;
	const { registerDriverPlugin } = await import("../../plugins/register-plugin.ts");
	await registerDriverPlugin(scheme, config);
	driversOfPackages.add(scheme);
}

/**
 * Registers what a source URL needs: the sources that come with godwit, and that of a package of the project.
 *
 * @throws CommandError for a package that cannot be used. @throws MigrateError `ERR_UNKNOWN_SOURCE`.
 */
export async function registerSourceOf(url: string, config: PluginConfig | undefined): Promise<void> {
	registerBuiltins();
	const scheme = schemeOf(url);
	if (scheme === undefined || sourcesOfPackages.has(scheme)) return;
	if (registeredSources().includes(scheme) && config?.sources.has(scheme) !== true) return;
	const { registerSourcePlugin } = await import("../../plugins/register-plugin.ts");
	await registerSourcePlugin(scheme, config);
	sourcesOfPackages.add(scheme);
}

function schemeOf(url: string): string | undefined {
	return SCHEME.exec(url)?.[1]?.toLowerCase();
}
