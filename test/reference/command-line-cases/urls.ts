import { DB, path } from "./arguments.ts";
import type { CommandLineCase } from "./command-line-case.ts";

/** What the URLs name. */
export const urls: readonly CommandLineCase[] = [
	{
		args: ["-path", "m", "up"],
		exit: 1,
		says: /database URL: URL cannot be empty$/,
		words: /^error: no database; name it with -database/,
	},
	{
		args: [...DB, "up"],
		exit: 1,
		says: /source URL: URL cannot be empty$/,
		words: /^error: no source; name the folder/,
	},
	{
		args: ["version"],
		exit: 1,
		says: /source URL: URL cannot be empty$/,
		words: /^error: no database; name it with -database/,
	},
	{
		args: ["-path", "m", "-database", "nonsense", "up"],
		exit: 1,
		says: /database URL: no scheme$/,
		words: /^error: .*scheme/,
	},
	{ args: ["-source", "nonsense", ...DB, "up"], exit: 1, says: /source URL: no scheme$/, words: /^error: .*scheme/ },
	{
		args: ["-path", "m", "-database", "mystery://x", "up"],
		exit: 1,
		says: /unknown driver mystery/,
		words: /^error: .*mystery/,
	},
	{
		args: ["-source", "mystery://x", ...DB, "up"],
		exit: 1,
		says: /unknown driver 'mystery'/,
		words: /^error: .*mystery/,
	},
	{
		args: path("nowhere", "up"),
		exit: 1,
		says: /^error: failed to open source.*no such file or directory$/,
		words: /^error: there is no folder DIR\/nowhere/,
	},
	{
		args: path("file", "up"),
		exit: 1,
		says: /^error: failed to open source.*not a directory$/,
		words: /^error: cannot read file: it is not a folder/,
	},
	{
		args: path("duplicate", "up"),
		exit: 1,
		says: /duplicate migration file: /,
		words: /^error: two up migrations have version 1 in duplicate/,
	},
	{
		args: path("backup", "up"),
		exit: 0,
		says: /^1\/u a/,
		version: "2",
		godwit: {
			by: "backup-copies",
			exit: 1,
			says: /^error: cannot tell what these files in backup are/,
			version: "none",
		},
	},
	{
		args: ["-path", "m", "-database", "sqlite3://no/where.db", "up"],
		exit: 1,
		says: /unable to open database file/,
		words: /^error: cannot open no\/where\.db: there is no folder/,
	},
	{
		args: ["-path", "m", "-database", "sqlite3://not-a-database.db", "up"],
		exit: 1,
		says: /file is not a database/,
		words: /^error: not-a-database\.db: file is not a database/,
	},
	{
		args: ["-path", "m", "-database", "sqlite3://app.db?x-no-tx-wrap=yeppers", "up"],
		exit: 1,
		says: /x-no-tx-wrap: .*"yeppers"/,
		words: /^error: x-no-tx-wrap=yeppers cannot be read/,
	},
	{
		args: ["-path", "m", "-database", "sqlite3://app.db?x-migrations-tabel=x", "up"],
		exit: 0,
		says: /^1\/u users/,
		version: "2",
		godwit: {
			by: "url-options",
			exit: 1,
			says: /^error: there is no option x-migrations-tabel; did you mean x-migrations-table\?$/,
			version: "none",
		},
	},
	{
		args: ["-path", "m", "-database", "sqlite3://app.db?_journal=MEMORY", "up"],
		exit: 0,
		says: /^1\/u users/,
		version: "2",
		godwit: { by: "url-options", exit: 1, says: /^error: there is no option _journal/, version: "none" },
	},
	{
		args: ["-path", "m", "-database", "sqlite3://./app%2Edb", "up"],
		exit: 0,
		says: /^1\/u users/,
		godwit: { by: "url-percent-encoding", version: "2" },
	},
	{
		args: ["-path", "m", "-database", "sqlite3://app.db?x-migrations-table=history", "up"],
		exit: 0,
		says: /^1\/u users/,
		version: "none",
	},
	{
		args: ["-path", "m", "-database", "sqlite3://app.db?x-no-tx-wrap=true", "up"],
		exit: 0,
		says: /^1\/u users/,
		version: "2",
	},
	{
		args: ["-source", "file://m?x=1", ...DB, "up"],
		exit: 0,
		says: /^1\/u users/,
		version: "2",
		godwit: { by: "url-options", exit: 1, says: /^error: file URLs have no options/, version: "none" },
	},
	{
		args: ["-path", "own-transaction", "-database", "sqlite3://app.db?x-no-tx-wrap=true", "up"],
		exit: 0,
		says: /^1\/u a/,
		version: "1",
	},
	{
		args: path("own-transaction", "up"),
		exit: 1,
		says: /cannot start a transaction within a transaction/,
		version: "1 dirty",
		godwit: {
			by: "transaction-control",
			says: /^error: own-transaction\/1_a\.up\.sql:1:1: BEGIN; would break/,
			version: "none",
		},
	},
	{
		args: path("commented", "up"),
		exit: 1,
		says: /cannot VACUUM from within a transaction/,
		version: "1 dirty",
		godwit: { by: "no-transaction-comment", exit: 0, says: /^1\/u a/, version: "1" },
	},
];
