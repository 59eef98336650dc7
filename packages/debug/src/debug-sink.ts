import type { TraceSink } from "@godwit/core";
import type { Debugger } from "debug";

/** In a bundle in CommonJS the URL is undefined, and there is a file name. */
const place = import.meta.url ?? __filename;

/**
 * Loads the `debug` package and returns a sink that gives each namespace a logger of it; undefined when it is not installed, of
 * which the process is warned when DEBUG asks for the traces.
 */
export function debugSink(): TraceSink | undefined {
	const createDebug = loadDebug();
	if (createDebug === undefined) return undefined;
	const loggers = new Map<string, Debugger>();
	return (namespace, format, args) => {
		let logger = loggers.get(namespace);
		if (logger === undefined) {
			logger = createDebug(namespace);
			loggers.set(namespace, logger);
		}
		logger(format, ...args);
	};
}

/** By require, which loads it before the first line of a trace. No bundler takes it in so, and an app need not have it. */
function loadDebug(): typeof import("debug") | undefined {
	try {
		return process.getBuiltinModule("node:module").createRequire(place)("debug") as typeof import("debug");
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND")) throw error;
		if (ASKS_FOR_GODWIT.test(process.env.DEBUG ?? "")) warn();
		return undefined;
	}
}

/** One of the names in DEBUG, which may be for others. */
const ASKS_FOR_GODWIT = /(?:^|[\s,])(?:\*|godwit)/;

function warn(): void {
	process.emitWarning(
		`DEBUG is set, and the traces of godwit are not printed: the package debug is not installed beside ${place}; npm install debug there, or call setTraceSink`,
	);
}
