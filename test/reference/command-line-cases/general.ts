import { DB, M, path, USAGE } from "./arguments.ts";
import type { CommandLineCase } from "./command-line-case.ts";

/** Usage, help, and the flags before the command. */
export const general: readonly CommandLineCase[] = [
	{ args: [], exit: 2, says: USAGE, words: /^Usage: godwit FLAGS COMMAND/ },
	{ args: M, exit: 2, says: USAGE, words: /^Usage: godwit FLAGS COMMAND/ },
	{ args: ["-help"], exit: 0, says: USAGE, words: /^Usage: godwit FLAGS COMMAND/ },
	{ args: ["--help"], exit: 0, says: USAGE, words: /^Usage: godwit FLAGS COMMAND/ },
	{ args: ["-h"], exit: 0, says: USAGE, words: /^Usage: godwit FLAGS COMMAND/ },
	{ args: ["-version"], exit: 0, says: /^4\.20\.1$/, words: /^\d+\.\d+\.\d+$/ },
	{ args: [...M, "frobnicate"], exit: 2, says: USAGE, words: /^error: unknown command "frobnicate"/ },
	{
		args: ["-frob", "up"],
		exit: 2,
		says: /^flag provided but not defined: -frob$/,
		words: /^error: unknown flag -frob/,
	},
	{
		args: [...M, "up", "-frob"],
		exit: 2,
		says: /^flag provided but not defined: -frob$/,
		words: /^error: unknown flag -frob/,
	},
	{ args: ["-=x", "up"], exit: 2, says: /^bad flag syntax: -=x$/, words: /^error: bad flag syntax: -=x$/ },
	{ args: ["-path"], exit: 2, says: /^flag needs an argument: -path$/, words: /^error: flag -path needs a value$/ },
	{
		args: ["-verbose=perhaps", ...M, "up"],
		exit: 2,
		says: /^invalid boolean value "perhaps" for -verbose/,
		words: /^error: invalid value "perhaps" for flag -verbose/,
	},
	{
		args: ["-prefetch", "x", ...M, "up"],
		exit: 2,
		says: /^invalid value "x" for flag -prefetch/,
		words: /^error: invalid value "x" for flag -prefetch/,
	},
	{
		args: ["-lock-timeout", "-1", ...M, "up"],
		exit: 2,
		says: /^invalid value "-1" for flag -lock-timeout/,
		words: /^error: invalid value "-1" for flag -lock-timeout/,
	},
	{ args: ["-prefetch", "0", ...M, "up"], exit: 0, says: /^1\/u users \(TIME\)$/, version: "2" },
	{ args: ["-lock-timeout", "1", ...M, "up"], exit: 0, says: /^1\/u users \(TIME\)$/, version: "2" },
	{ args: ["--path=m", "--database=sqlite3://app.db", "up"], exit: 0, says: /^1\/u users \(TIME\)$/, version: "2" },
	{ args: ["-source", "file://m", ...DB, "up"], exit: 0, says: /^1\/u users \(TIME\)$/, version: "2" },
	{ args: ["-source", "file://m", "-path", "bad", ...DB, "up"], exit: 0, says: /^1\/u users \(TIME\)$/, version: "2" },
	{
		args: path("two words", "up"),
		exit: 1,
		says: /invalid character " " in host name$/,
		godwit: { by: "paths-are-literal", exit: 0, says: /^1\/u a \(TIME\)$/, version: "1" },
	},
	{ args: path("./two words", "up"), exit: 0, says: /^1\/u a \(TIME\)$/, version: "1" },
	{
		args: ["-verbose", ...M, "up"],
		exit: 0,
		says: /^Start buffering 1\/u users$/,
		words: /^Locked the database after TIME$/,
		version: "2",
	},
	...["up", "down", "goto", "drop", "force", "create"].map((command): CommandLineCase => {
		return {
			args: [command, "-help"],
			exit: 0,
			says: new RegExp(`^${command} `),
			words: new RegExp(`^Usage: godwit FLAGS ${command}`),
		};
	}),
	{ args: [...M, "up"], exit: 0, says: /^1\/u users \(TIME\)$/, version: "2" },
	{ args: ["-path", "m", "-database", "sqlite://app.db", "up"], exit: 0, says: /^1\/u users \(TIME\)$/, version: "2" },
	{
		args: ["up", ...M],
		exit: 2,
		says: /^flag provided but not defined: -path$/,
		godwit: { by: "flags-anywhere", exit: 0, says: /^1\/u users \(TIME\)$/, version: "2" },
	},
];
