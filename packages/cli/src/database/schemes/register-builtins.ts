import "@godwit/debug";
import { register, registeredDrivers, registeredSources, registerSource } from "@godwit/core";
import { builtinDrivers, builtinSources } from "./builtins.ts";

/**
 * Registers the drivers and sources that come with godwit, as importing `godwit` does. Each loads its package when its
 * scheme is used.
 *
 * A scheme that is taken stays as it is, so that an app may bring its own, and a second call does nothing.
 */
export function registerBuiltins(): void {
	for (const [scheme, load] of missing(builtinDrivers, registeredDrivers())) {
		register(scheme, {
			takesPaths: true,
			open: async (url) => (await load()).open(url),
			breakLocks: async (url, confirm, options) => (await load()).breakLocks(url, confirm, options),
			absoluteUrl: async (url, folder) => (await load()).absoluteUrl(url, folder),
			identityOf: async (url) => (await load()).identityOf(url),
		});
	}
	for (const [scheme, load] of missing(builtinSources, registeredSources())) {
		registerSource(scheme, {
			takesPaths: true,
			open: async (url) => (await load()).open(url),
			absoluteUrl: async (url, folder) => (await load()).absoluteUrl(url, folder),
		});
	}
}

function missing<T>(
	builtins: Readonly<Record<string, T>>,
	taken: readonly string[],
): readonly (readonly [string, T])[] {
	return Object.entries(builtins).filter(([scheme]) => !taken.includes(scheme));
}
