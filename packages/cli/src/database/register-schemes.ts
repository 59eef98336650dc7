import { registeredDrivers, registeredSources } from "@godwit/core";
import type { PluginConfig } from "../plugins/register-plugin.ts";
import { registerBuiltins } from "./register-builtins.ts";

/** One letter is a drive of Windows; what is no scheme is for whoever opens the URL to refuse. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/** URLs; undefined for what is not needed, or not given. */
export interface NeededUrls {
	readonly source?: string | undefined;
	readonly database?: string | undefined;
}

/**
 * Registers what the URLs need: what comes with godwit, and the driver or the source of a package of the project.
 *
 * @throws CommandError for a package that cannot be used. @throws MigrateError `ERR_UNKNOWN_DRIVER`, `ERR_UNKNOWN_SOURCE`.
 */
export async function registerSchemes(
	{ source, database }: NeededUrls,
	config: PluginConfig | undefined,
): Promise<void> {
	registerBuiltins();
	const [driverScheme, sourceScheme] = [schemeOf(database), schemeOf(source)];
	// Who writes file: for a database means one of SQLite, which whoever opens it says.
	const driverTaken =
		driverScheme === undefined || driverScheme === "file" || registeredDrivers().includes(driverScheme);
	if (driverScheme !== undefined && (!driverTaken || config?.drivers.has(driverScheme))) {
		const { registerDriverPlugin } = await import("../plugins/register-plugin.ts");
		await registerDriverPlugin(driverScheme, config);
	}
	const sourceTaken = sourceScheme === undefined || registeredSources().includes(sourceScheme);
	if (sourceScheme !== undefined && (!sourceTaken || config?.sources.has(sourceScheme))) {
		const { registerSourcePlugin } = await import("../plugins/register-plugin.ts");
		await registerSourcePlugin(sourceScheme, config);
	}
}

function schemeOf(url: string | undefined): string | undefined {
	return SCHEME.exec(url ?? "")?.[1]?.toLowerCase();
}
