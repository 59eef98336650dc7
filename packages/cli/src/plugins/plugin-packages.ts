import type { PluginKind } from "./plugin-kind.ts";
import type { Project } from "./project-packages.ts";

/**
 * Lists the packages of a project that are called as those of drivers, or of sources: `godwit-driver-SCHEME` or
 * `@scope/godwit-driver-SCHEME`. None is loaded, and whether they are installed is not looked at.
 *
 * @returns By scheme.
 */
export function pluginPackages(
	{ packages }: Project,
	{ name }: Pick<PluginKind<never>, "name">,
): ReadonlyMap<string, readonly string[]> {
	const pattern = new RegExp(`^(?:@[^/]+/)?godwit-${name}-([a-z][a-z0-9+.-]*)$`);
	const found = new Map<string, readonly string[]>();
	for (const packageName of packages) {
		const scheme = pattern.exec(packageName)?.[1];
		if (scheme !== undefined) found.set(scheme, [...(found.get(scheme) ?? []), packageName]);
	}
	return found;
}
