import { describe, expect, it } from "vitest";
import { type FlagSyntax, parseFlags } from "../../src/command-line/flags/parse-flags.ts";
import { UsageError } from "../../src/command-line/usage-error.ts";

const flags = new Map<string, FlagSyntax>([
	["path", { kind: "string" }],
	["all", { kind: "boolean" }],
	["prefetch", { kind: "count" }],
	["digits", { kind: "integer" }],
	["wait", { kind: "duration" }],
]);

function parse(...args: readonly string[]): { values: Record<string, string>; operands: readonly string[] } {
	const { values, operands } = parseFlags(args, flags);
	return { values: Object.fromEntries(values), operands };
}

describe("parseFlags", () => {
	it.each([
		{ args: ["-path", "m"], values: { path: "m" }, operands: [] },
		{ args: ["--path", "m"], values: { path: "m" }, operands: [] },
		{ args: ["-path=m"], values: { path: "m" }, operands: [] },
		{ args: ["--path=a=b"], values: { path: "a=b" }, operands: [] },
		{ args: ["-path="], values: { path: "" }, operands: [] },
		{ args: ["-path", "-all"], values: { path: "-all" }, operands: [] },
		{ args: ["-path", "a", "-path", "b"], values: { path: "b" }, operands: [] },
		{ args: ["-all", "up"], values: { all: "true" }, operands: ["up"] },
		{ args: ["-all=false"], values: { all: "false" }, operands: [] },
		{ args: ["-all=T"], values: { all: "true" }, operands: [] },
		{ args: ["up", "2", "-path", "m"], values: { path: "m" }, operands: ["up", "2"] },
		{ args: ["force", "-1"], values: {}, operands: ["force", "-1"] },
		{ args: ["force", "--", "-1"], values: {}, operands: ["force", "-1"] },
		{ args: ["--", "-path", "--"], values: {}, operands: ["-path", "--"] },
		{ args: ["-"], values: {}, operands: ["-"] },
		{ args: [""], values: {}, operands: [""] },
		{ args: ["-prefetch", "0"], values: { prefetch: "0" }, operands: [] },
		{ args: ["-wait", "1m30.5s"], values: { wait: "1m30.5s" }, operands: [] },
		{ args: ["-digits", "-1"], values: { digits: "-1" }, operands: [] },
	])("reads $args as Go does", ({ args, values, operands }) => {
		expect(parse(...args)).toEqual({ values, operands });
	});

	it.each([
		{ args: ["-paht", "m"], message: "unknown flag -paht" },
		{ args: ["-x=1"], message: "unknown flag -x" },
		{ args: ["---path", "m"], message: "bad flag syntax: ---path" },
		{ args: ["-=m"], message: "bad flag syntax: -=m" },
		{ args: ["-path"], message: "flag -path needs a value" },
		{ args: ["-all=maybe"], message: 'invalid value "maybe" for flag -all: it must be true or false' },
		{
			args: ["-prefetch", "-1"],
			message: 'invalid value "-1" for flag -prefetch: it must be a whole number, 0 or more',
		},
		{ args: ["-digits", "six"], message: 'invalid value "six" for flag -digits: it must be a whole number' },
		{ args: ["-wait", "30"], message: 'invalid value "30" for flag -wait: it must be a duration, such as 30s or 2m' },
		{ args: ["-wait=-1s"], message: 'invalid value "-1s" for flag -wait' },
	])("refuses $args", ({ args, message }) => {
		expect(() => parse(...args)).toThrow(UsageError);
		expect(() => parse(...args)).toThrow(message);
	});

	it("says which flags could have been meant by an unknown one", () => {
		const known = ["-path", "-all", "-prefetch", "-digits", "-wait"];
		expect(() => parse("-paht")).toThrow(expect.objectContaining({ unknown: { word: "-paht", known } }));
	});
});
