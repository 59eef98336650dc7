import { createRequire } from "node:module";
import type { TraceSink } from "@godwit/core";
import type { Debugger } from "debug";

/** Loads the `debug` package and returns a sink that gives each namespace a logger of it. */
export function debugSink(): TraceSink {
	// By require, which loads it before the first line of a trace.
	const createDebug = createRequire(import.meta.url)("debug") as typeof import("debug");
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
