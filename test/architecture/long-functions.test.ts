import { describe, expect, it } from "vitest";
import { longFunctions } from "./long-functions.ts";

describe("longFunctions", () => {
	it.each([
		["a declaration", "\nexport function f(): void {\n\t1;\n}"],
		["an arrow", "\nconst f = () => {\n\t1;\n};"],
		["a method", "const o = {\n\tf() {\n\t\t1;\n\t},\n};"],
		["a method of a class", "class A {\n\tf(): void {\n\t\t1;\n\t}\n}"],
		["a getter", "const o = {\n\tget f() {\n\t\treturn 1;\n\t},\n};"],
	])("finds %s that is longer", (_, text) => {
		expect(longFunctions(text, 2)).toEqual([{ line: 2, lines: 3 }]);
		expect(longFunctions(text, 3)).toEqual([]);
	});

	it("finds a function in another one", () => {
		const text = "function f() {\n\treturn () => {\n\t\t1;\n\t};\n}";
		expect(longFunctions(text, 2)).toEqual([
			{ line: 1, lines: 5 },
			{ line: 2, lines: 3 },
		]);
	});

	it("refuses a text that it cannot read", () => {
		expect(() => longFunctions("function {", 2)).toThrow("cannot parse the text");
	});
});
