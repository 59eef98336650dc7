import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Paint, paintFor, plain } from "../../src/output/text/paint.ts";

/** Colours for what is open at a path, whose stream cannot be made. */
function paintAt(path: string): Paint {
	const descriptor = openSync(path, "r");
	const { FORCE_COLOR } = process.env;
	delete process.env.FORCE_COLOR;
	onTestFinished(() => {
		closeSync(descriptor);
		if (FORCE_COLOR !== undefined) process.env.FORCE_COLOR = FORCE_COLOR;
	});
	return paintFor({
		descriptor,
		get stream(): NodeJS.WriteStream {
			throw new Error("the stream was made");
		},
	});
}

describe("paintFor", () => {
	it("makes no stream where there is no terminal", () => {
		expect(paintAt(fileURLToPath(import.meta.url))("red", "x")).toBe("x");
	});

	it("makes it where there may be one, or where FORCE_COLOR asks for colours", () => {
		expect(() => paintAt("/dev/null")("red", "x")).toThrow("the stream was made");
		const paint = paintAt(fileURLToPath(import.meta.url));
		process.env.FORCE_COLOR = "1";
		onTestFinished(() => {
			delete process.env.FORCE_COLOR;
		});
		expect(() => paint("red", "x")).toThrow("the stream was made");
	});
});

describe("plain", () => {
	it("has no colours", () => {
		expect(plain("red", "x")).toBe("x");
	});
});
