import { DIRTY, M, NO_CHANGE, path } from "./arguments.ts";
import type { CommandLineCase } from "./command-line-case.ts";

export const down: readonly CommandLineCase[] = [
	{ args: [...M, "down", "1"], at: "at2", exit: 0, says: /^2\/d posts \(TIME\)$/, version: "1" },
	{
		args: [...M, "down", "9"],
		at: "at1",
		exit: 1,
		error: /^error: limit 8 short$/,
		says: /^1\/d users \(TIME\)$/,
		version: "none",
	},
	{ args: [...M, "down", "0"], at: "at1", exit: 0, says: NO_CHANGE, version: "1" },
	{
		args: [...M, "down", "1"],
		exit: 1,
		says: /^error: file does not exist$/,
		words: /^error: there is no migration to revert before the first migration$/,
	},
	{ args: [...M, "down", "N"], at: "at2", exit: 1, says: /^error: can't read limit argument N$/, version: "2" },
	{ args: [...M, "down", "-all"], at: "at2", exit: 0, says: /^2\/d posts \(TIME\)$/, version: "none" },
	{ args: [...M, "down", "-all"], exit: 0, says: NO_CHANGE },
	{
		args: [...M, "down", "-all", "5"],
		at: "at2",
		exit: 1,
		says: /^error: -all cannot be used with other arguments$/,
		version: "2",
	},
	{
		args: [...M, "down", "5", "-all"],
		at: "at2",
		exit: 1,
		says: /^error: too many arguments$/,
		words: /^error: -all cannot be used with other arguments$/,
		version: "2",
	},
	{ args: [...M, "down", "1", "2"], at: "at2", exit: 1, says: /^error: too many arguments$/, version: "2" },
	{
		args: [...M, "down"],
		at: "at2",
		exit: 1,
		says: /^Are you sure you want to apply all down migrations\? \[y\/N\]$/,
		version: "2",
		godwit: {
			by: "asks-a-terminal",
			says: /^error: Not applying all down migrations: there is no terminal to ask on; add -all/,
		},
	},
	{
		args: [...M, "down"],
		at: "at2",
		stdin: "y\n",
		exit: 0,
		says: /^Are you sure you want to apply all down migrations\? \[y\/N\]$/,
		version: "none",
		godwit: {
			by: "asks-a-terminal",
			exit: 1,
			says: /^error: Not applying all down migrations: there is no terminal to ask on; add -all/,
			version: "2",
		},
	},
	{ args: [...M, "down", "-all"], at: "dirty2", ...DIRTY, version: "2 dirty" },
	{
		args: path("oneway", "down", "1"),
		at: "oneway2",
		exit: 0,
		says: /^2\/d <empty> \(TIME\)$/,
		version: "1",
		godwit: {
			by: "missing-down-file",
			exit: 1,
			says: /^error: migration 2 has no down file in oneway, so it cannot be reverted; nothing was changed$/,
			version: "2",
		},
	},
];
