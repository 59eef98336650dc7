import { describe, expect, it } from "vitest";
import { nodeUses } from "./node-uses.ts";

describe("nodeUses", () => {
	it.each([
		['import { readFileSync } from "node:fs";', ["node:fs"]],
		['import "fs";', ["fs"]],
		['export { join } from "node:path";', ["node:path"]],
		['export * from "node:path";', ["node:path"]],
		['await import("node:os");', ["node:os"]],
		['type Stats = import("node:fs").Stats;', ["node:fs"]],
		['process.getBuiltinModule("node:fs");', ["process", "getBuiltinModule"]],
		["const { env } = process;", ["process"]],
		["globalThis.process.env;", ["process"]],
		['globalThis["process"];', ["process"]],
		['Buffer.from("a");', ["Buffer"]],
		["let bytes: Buffer;", ["Buffer"]],
		['const fs = require("node:fs");', ["require"]],
		["__dirname + __filename;", ["__dirname", "__filename"]],
	])("finds what is used in %s", (text, uses) => {
		expect(nodeUses(text)).toEqual(uses);
	});

	it.each([
		"// It ends with the process. See node:fs.\n/** `Buffer` is one. */",
		'const advice = "Deno lets node:sqlite and require() run with --allow-all";',
		'import { Driver } from "@godwit/core";',
		"const buffers = 1; processes.length; required();",
	])("finds nothing in %s", (text) => {
		expect(nodeUses(text)).toEqual([]);
	});

	it("throws for what is no program", () => {
		expect(() => nodeUses("import {")).toThrow("cannot parse the text");
	});
});
