import { describe, expect, it, onTestFinished } from "vitest";
import { paintFor, plain } from "../../src/output/paint.ts";

describe("paintFor", () => {
	it("makes no stream before there is something to colour", () => {
		let asked = 0;
		const paint = paintFor(() => {
			asked++;
			return {};
		});
		expect(asked).toBe(0);
		paint("red", "x");
		expect(asked).toBe(1);
	});

	it("leaves a text as it is where there is no terminal, without asking node:util", () => {
		const { FORCE_COLOR } = process.env;
		onTestFinished(() => {
			if (FORCE_COLOR !== undefined) process.env.FORCE_COLOR = FORCE_COLOR;
		});
		delete process.env.FORCE_COLOR;
		// styleText refuses what is no stream.
		expect(paintFor(() => ({ isTTY: false }))("red", "x")).toBe("x");
		expect(() => paintFor(() => ({ isTTY: true }))("red", "x")).toThrow(TypeError);
	});
});

describe("plain", () => {
	it("has no colours", () => {
		expect(plain("red", "x")).toBe("x");
	});
});
