import { describe, expect, it } from "vitest";
import { parseGoBool } from "../src/go-bool.ts";

describe("parseGoBool", () => {
	it.each(["1", "t", "T", "TRUE", "true", "True"])("reads %s as true", (text) => {
		expect(parseGoBool(text)).toBe(true);
	});

	it.each(["0", "f", "F", "FALSE", "false", "False"])("reads %s as false", (text) => {
		expect(parseGoBool(text)).toBe(false);
	});

	it.each(["", "yes", "no", "on", "tRUE", " true", "2"])("does not read %j", (text) => {
		expect(parseGoBool(text)).toBeUndefined();
	});
});
