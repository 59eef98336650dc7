import type { FlagSyntax } from "./parse-flags.ts";

/** One flag of the command line, as help shows it. */
export interface Flag extends FlagSyntax {
	readonly name: string;
	/** What the value is called in help; missing for a boolean. */
	readonly value?: string;
	readonly help: string;
	/** Whether an empty text is a value, or the command itself says what is wrong with it. Default false. */
	readonly takesEmpty?: boolean;
	/** Another spelling, not shown. */
	readonly alias?: string;
}

/** The flags that every command takes. */
export const commonFlags: readonly Flag[] = [
	{ name: "source", kind: "string", value: "URL", help: "where the migrations are (default file://migrations)" },
	{ name: "path", kind: "string", value: "DIR", help: "short for -source file://DIR" },
	{
		name: "database",
		kind: "string",
		value: "URL",
		help: "which database: sqlite://app.db (else $GODWIT_DATABASE, else $DATABASE_URL)",
	},
	{
		name: "config",
		kind: "string",
		value: "FILE|none",
		help: "the configuration (default: beside the nearest package.json)",
	},
	{ name: "env", kind: "string", value: "NAME", help: "which environment of the configuration" },
	{ name: "env-file", kind: "string", value: "FILE", help: "where environment variables are read that are not set" },
	{
		name: "confirm",
		kind: "string",
		value: "NAME",
		help: "let the command take something back in the protected environment NAME",
	},
	{
		name: "prefetch",
		kind: "count",
		value: "N",
		help: "how many migrations of a source that has to be waited for are read ahead (default 10)",
	},
	{ name: "lock-timeout", kind: "count", value: "N", help: "how many seconds to wait for the lock (default 15)" },
	{
		name: "wait",
		kind: "duration",
		value: "30s",
		help: "how long to wait for a database server that does not answer yet (default: not at all)",
	},
	{
		name: "transaction",
		kind: "string",
		words: ["each", "all"],
		value: "each|all",
		help: "each migration in a transaction of its own, or all of them in one (default each)",
	},
	{ name: "json", kind: "boolean", help: "print JSON for programs: one document, or a line for each event" },
	{ name: "verbose", kind: "boolean", help: "say more, and show where an error comes from" },
	{ name: "version", kind: "boolean", help: "print the version of godwit" },
	{ name: "help", alias: "h", kind: "boolean", help: "print this, or the help of a command" },
];
