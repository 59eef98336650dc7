import { describe, expect, it } from "vitest";
import { meaning } from "../../src/statements/meaning.ts";

describe("the meaning of a text", () => {
	it.each([
		["create table a(x,y)", "create  table a (\r\n\tx, -- the x\n\ty /* and y */\n)\n"],
		["select 1;", "-- one\nselect 1 ;"],
		["select 'a\r\nb'", "select 'a\nb'"],
		["", "-- nothing"],
	])("of %j is that of %j", (one, other) => {
		expect(meaning(one)).toBe(meaning(other));
	});

	it.each([
		["select 1", "SELECT 1"],
		["select 'a  b'", "select 'a b'"],
		["select x'00'", "select x '00'"],
		["select '--a'", "select '"],
		["select ab", "select a b"],
		["select 'a''b'", "select 'a' 'b'"],
		["select 1", "select 1;"],
	])("of %j is not that of %j", (one, other) => {
		expect(meaning(one)).not.toBe(meaning(other));
	});

	it.each(["select 'a", 'select "a', "select 1 /* never closed", "select [a"])("of %j is not known", (text) => {
		expect(meaning(text)).toBeUndefined();
	});
});
