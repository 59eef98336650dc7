import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { isError } from "../src/is-error.ts";

describe("isError", () => {
	it("tells errors, also those of another realm, and what a library makes in their place", () => {
		expect(isError(new RangeError("x"))).toBe(true);
		const foreign = runInNewContext("new TypeError('x')");
		expect(foreign).not.toBeInstanceOf(Error);
		expect(isError(foreign)).toBe(true);
		const program =
			"function E(m) { this.message = m; Error.captureStackTrace(this); } E.prototype = Object.create(Error.prototype); new E('x')";
		expect(isError(runInNewContext(program))).toBe(true);
	});

	it.each([[undefined], [null], ["text"], [{ message: "x" }], [{ message: 1, stack: "" }], [() => {}]])(
		"refuses %j",
		(value) => {
			expect(isError(value)).toBe(false);
		},
	);
});
