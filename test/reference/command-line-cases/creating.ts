import { create } from "./arguments.ts";
import type { CommandLineCase } from "./command-line-case.ts";

/** Go: TestCreateCmd and TestNextSeqVersion are among them. */
export const creating: readonly CommandLineCase[] = [
	{
		args: create("-ext", "sql", "thing"),
		exit: 0,
		says: /^DIR\/new\/\d{14}_thing\.up\.sql$/,
		created: [/^\d{14}_thing\.down\.sql$/, /^\d{14}_thing\.up\.sql$/],
	},
	{
		args: create("-ext", ".sql", "-tz", "Europe/Berlin", "thing"),
		exit: 0,
		says: /^DIR\/new\/\d{14}_thing\.up\.sql$/,
		created: [/^\d{14}_thing\.down\.sql$/, /^\d{14}_thing\.up\.sql$/],
	},
	{
		args: create("-ext", "sql", "-format", "unix", "a"),
		exit: 0,
		says: /^DIR\/new\/\d{10}_a\.up\.sql$/,
		created: [/^\d{10}_a\.down\.sql$/, /^\d{10}_a\.up\.sql$/],
	},
	{
		args: create("-ext", "sql", "-format", "unixNano", "a"),
		exit: 0,
		says: /^DIR\/new\/\d{19}_a\.up\.sql$/,
		created: [/^\d{19}_a\.down\.sql$/, /^\d{19}_a\.up\.sql$/],
	},
	{
		args: create("-ext", "sql", "-format", "20060102", "a"),
		exit: 0,
		says: /^DIR\/new\/\d{8}_a\.up\.sql$/,
		created: [/^\d{8}_a\.down\.sql$/, /^\d{8}_a\.up\.sql$/],
	},
	{
		args: create("-ext", "sql", "-format", "7", "a"),
		exit: 0,
		says: /^DIR\/new\/7_a\.up\.sql$/,
		created: ["7_a.down.sql", "7_a.up.sql"],
	},
	{
		args: create("-ext", "sql", "-format", "7", "b"),
		files: { "new/7_a.up.sql": "" },
		exit: 1,
		says: /^error: duplicate migration version: 7$/,
		created: ["7_a.up.sql"],
	},
	{
		args: create("-ext", "sql", "-format", "", "a"),
		exit: 1,
		says: /^error: time format may not be empty$/,
		created: [],
	},
	{
		args: create("-ext", "sql", "-format", "Jan 2006", "a"),
		exit: 0,
		says: /^DIR\/new\/\w+ \d{4}_a\.up\.sql$/,
		created: [/\d{4}_a\.down\.sql$/, /\d{4}_a\.up\.sql$/],
		godwit: { by: "create-usable-files", exit: 1, says: /^error: version .* is not made of digits alone/, created: [] },
	},
	{
		args: create("-ext", "sql", "-tz", "Nowhere/Land", "a"),
		exit: 1,
		says: /unknown time zone Nowhere\/Land$/,
		words: /^error: .*Nowhere\/Land/,
		created: [],
	},
	{ args: create("a"), exit: 1, says: /^error: -ext flag must be specified$/, created: [] },
	{ args: create("-ext", "sql"), exit: 1, says: /^error: please specify name$/, created: [] },
	{
		args: create("-ext", "sql", "-seq", "one"),
		exit: 0,
		says: /^DIR\/new\/000001_one\.up\.sql$/,
		created: ["000001_one.down.sql", "000001_one.up.sql"],
	},
	{
		args: create("-ext", "sql", "-seq", "-digits", "3", "two words"),
		exit: 0,
		says: /^DIR\/new\/001_two words\.up\.sql$/,
		created: ["001_two words.down.sql", "001_two words.up.sql"],
	},
	{
		args: create("-ext", "sql", "-seq", "-digits", "4", "five"),
		files: { "new/3_three.sql": "", "new/4_four.sql": "" },
		exit: 0,
		says: /^DIR\/new\/0005_five\.up\.sql$/,
		created: ["0005_five.down.sql", "0005_five.up.sql", "3_three.sql", "4_four.sql"],
	},
	{
		args: create("-ext", "sql", "-seq", "-digits", "1", "ten"),
		files: { "new/9_nine.sql": "" },
		exit: 1,
		says: /^error: next sequence number 10 too large, at most 1 digits are allowed$/,
		created: ["9_nine.sql"],
	},
	{
		args: create("-ext", "sql", "-seq", "over"),
		files: { "new/999999_test.sql": "" },
		exit: 1,
		says: /^error: next sequence number 1000000 too large, at most 6 digits are allowed$/,
		created: ["999999_test.sql"],
	},
	{
		args: create("-ext", "sql", "-seq", "-digits", "2", "a"),
		files: { "new/9_nine.up.sql": "", "new/10_ten.up.sql": "" },
		exit: 1,
		says: /^error: duplicate migration version: 10$/,
		created: ["10_ten.up.sql", "9_nine.up.sql"],
		godwit: {
			by: "create-usable-files",
			exit: 0,
			says: /^DIR\/new\/11_a\.up\.sql$/,
			created: ["10_ten.up.sql", "11_a.down.sql", "11_a.up.sql", "9_nine.up.sql"],
		},
	},
	...["bad.sql", "bad_bad.sql", "-5_negative.sql"].map((name): CommandLineCase => {
		return {
			args: create("-ext", "sql", "-seq", "a"),
			files: { [`new/${name}`]: "" },
			exit: 1,
			says: /^error: (malformed migration filename|strconv\.ParseUint)/,
			words: new RegExp(`^error: malformed migration filename: ${name}$`),
			created: [name],
		};
	}),
	{
		args: create("-ext", "sql", "-seq", "-digits", "0", "a"),
		exit: 1,
		says: /^error: digits must be positive$/,
		created: [],
	},
	{
		args: create("-ext", "sql", "-seq", "-digits", "x", "a"),
		exit: 2,
		says: /^invalid value "x" for flag -digits/,
		words: /^error: invalid value "x" for flag -digits/,
		created: [],
	},
	{
		args: create("-ext", "sql", "-seq", "-format", "unix", "a"),
		exit: 1,
		says: /^error: the seq and format options are mutually exclusive$/,
		created: [],
	},
	{
		args: create("-ext", "sql", "-seq", "a", "b"),
		exit: 0,
		says: /^DIR\/new\/000001_a\.up\.sql$/,
		created: ["000001_a.down.sql", "000001_a.up.sql"],
		godwit: { by: "too-many-arguments", exit: 1, says: /^error: too many arguments: /, created: [] },
	},
	{
		args: create("-ext", "sql", "-seq", "a/b"),
		exit: 1,
		says: /^error: open .*no such file or directory$/,
		words: /^error: "a\/b" cannot be part of a file name/,
		created: [],
	},
	{
		args: create("-ext", "sql", "-seq", ""),
		exit: 0,
		says: /^DIR\/new\/000001_\.up\.sql$/,
		created: ["000001_.down.sql", "000001_.up.sql"],
		godwit: { by: "create-usable-files", exit: 1, says: /^error: the name "" is empty/, created: [] },
	},
	{
		args: ["-path", "new", "create", "-ext", "sql", "-seq", "a"],
		files: { "new/1_one.up.sql": "" },
		exit: 0,
		says: /^DIR\/000001_a\.up\.sql$/,
		created: ["1_one.up.sql"],
		godwit: {
			by: "create-in-path",
			says: /^DIR\/new\/000002_a\.up\.sql$/,
			created: ["000002_a.down.sql", "000002_a.up.sql", "1_one.up.sql"],
		},
	},
	...[".", "./", "./deep/../.", "deep"].map((dir): CommandLineCase => {
		const place = dir === "deep" ? "DIR/deep" : "DIR";
		return {
			args: ["create", "-ext", "sql", "-dir", dir, "-seq", "a"],
			exit: 0,
			says: new RegExp(`^${place}/000001_a\\.up\\.sql$`),
		};
	}),
];
