import type { DriverFactory, SourceFactory } from "@godwit/core";

/** What a package can bring to the command, and what it has to be like. */
export interface PluginKind<Factory extends DriverFactory | SourceFactory> {
	/** The name of what it exports; the packages are called `godwit-driver-SCHEME` and `godwit-source-SCHEME`. */
	readonly name: "driver" | "source";
	/** The key of the configuration that names packages by scheme. */
	readonly key: "drivers" | "sources";
	/** The error of a scheme that nothing is known for. */
	readonly unknown: "ERR_UNKNOWN_DRIVER" | "ERR_UNKNOWN_SOURCE";
	/** The methods that everything has that it opens. */
	readonly methods: readonly (keyof Awaited<ReturnType<Factory["open"]>>)[];
}

export const driverKind: PluginKind<DriverFactory> = {
	name: "driver",
	key: "drivers",
	unknown: "ERR_UNKNOWN_DRIVER",
	methods: ["lock", "unlock", "run", "setVersion", "version", "drop", "close", Symbol.asyncDispose],
};

export const sourceKind: PluginKind<SourceFactory> = {
	name: "source",
	key: "sources",
	unknown: "ERR_UNKNOWN_SOURCE",
	methods: ["versions", "readUp", "readDown", "close", Symbol.asyncDispose],
};
