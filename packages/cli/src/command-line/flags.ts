import type { FlagSyntax } from "./parse-flags.ts";

/** One flag of the command line, as help shows it. */
export interface Flag extends FlagSyntax {
	readonly name: string;
	/** What the value is called in help; missing for a boolean. */
	readonly value?: string;
	readonly help: string;
	/** Other spellings, not shown. */
	readonly alias?: string;
	/** The only commands that take it; every command does otherwise. */
	readonly commands?: readonly string[];
}

export const flags: readonly Flag[] = [
	{ name: "source", kind: "string", value: "URL", help: "where the migrations are: file://migrations" },
	{ name: "path", kind: "string", value: "DIR", help: "short for -source file://DIR" },
	{
		name: "database",
		kind: "string",
		value: "URL",
		help: "which database: sqlite-native://app.db (else $GODWIT_DATABASE, else $DATABASE_URL)",
	},
	{ name: "prefetch", kind: "count", value: "N", help: "how many migrations are read ahead (default 10)" },
	{ name: "lock-timeout", kind: "count", value: "N", help: "how many seconds to wait for the lock (default 15)" },
	{
		name: "transaction",
		kind: "string",
		value: "each|all",
		help: "each migration in a transaction of its own, or all of them in one (default each)",
	},
	{ name: "verbose", kind: "boolean", help: "say more, and show where an error comes from" },
	{ name: "version", kind: "boolean", help: "print the version of godwit" },
	{ name: "help", alias: "h", kind: "boolean", help: "print this, or the help of a command" },
	{ commands: ["create"], name: "ext", kind: "string", value: "EXT", help: "extension of the files, as sql; required" },
	{ commands: ["create"], name: "dir", kind: "string", value: "DIR", help: "where to (default: the current folder)" },
	{ commands: ["create"], name: "seq", kind: "boolean", help: "number the files 1, 2, 3 instead of by the time" },
	{ commands: ["create"], name: "digits", kind: "integer", value: "N", help: "digits of such a number (default 6)" },
	{
		commands: ["create"],
		name: "format",
		kind: "string",
		value: "FORMAT",
		help: 'unix, unixNano, or how Go writes its reference time (default "20060102150405")',
	},
	{ commands: ["create"], name: "tz", kind: "string", value: "ZONE", help: "IANA time zone (default UTC)" },
	{ commands: ["down"], name: "all", kind: "boolean", help: "revert every migration without asking" },
	{ commands: ["drop", "unlock"], name: "f", kind: "boolean", help: "do not ask" },
];
