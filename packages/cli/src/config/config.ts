import type { Policies } from "@godwit/core";

/** One environment as a configuration says it: a database, where its migrations are, and how careful to be with it. */
export interface EnvironmentConfig {
	/** A source URL, or `env:NAME`. A relative path in it is relative to the file of the configuration. */
	readonly source?: string | undefined;
	/** A database URL, or `env:NAME`. A relative path in it is relative to the file of the configuration. */
	readonly database?: string | undefined;
	/** As `-out-of-order`. Default `"error"`. */
	readonly "out-of-order"?: Policies["outOfOrder"] | undefined;
	/** As `-changed`. Default `"error"`. */
	readonly changed?: Policies["changed"] | undefined;
	/** As `-newer`. Default `"error"`. */
	readonly newer?: Policies["newer"] | undefined;
	/** Whether commands that take something back, or overwrite it, need `-confirm NAME`. Default false. */
	readonly protected?: boolean | undefined;
}

/** What `godwit.config.json`, `.mjs` or `.ts` holds, or the key `godwit` of package.json. At the top is the default environment. */
export interface GodwitConfig extends EnvironmentConfig {
	/** For editors; not read. */
	readonly $schema?: string | undefined;
	/** The other environments, by the name that `-env` takes. */
	readonly environments?: Readonly<Record<string, EnvironmentConfig>> | undefined;
	/** Packages with a driver, by URL scheme. */
	readonly drivers?: Readonly<Record<string, string>> | undefined;
	/** Packages with a source, by URL scheme. */
	readonly sources?: Readonly<Record<string, string>> | undefined;
}

/** The name of the environment at the top of a configuration. */
export const DEFAULT_ENVIRONMENT = "default";

/** A configuration that was read and checked. */
export interface LoadedConfig {
	/** Where it is, for messages: a path from the working directory, `package.json#godwit`. */
	readonly location: string;
	/** Its folder, an absolute path, which the paths in it start from. */
	readonly folder: string;
	/** By name; the first is `default`. */
	readonly environments: ReadonlyMap<string, EnvironmentConfig>;
	/** Packages by URL scheme. */
	readonly drivers: ReadonlyMap<string, string>;
	/** Packages by URL scheme. */
	readonly sources: ReadonlyMap<string, string>;
}
