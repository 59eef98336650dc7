import { afterEach, describe, expect, it } from "vitest";
import { createTrace, setTraceSink, traceSink } from "../src/trace.ts";

type Line = readonly [namespace: string, format: string, args: readonly unknown[]];

/** Sets a sink that keeps what it hears. */
function listen(): readonly Line[] {
	const lines: Line[] = [];
	setTraceSink((...line) => lines.push(line));
	return lines;
}

function message(sink: unknown): string {
	return `a trace sink is a function, or undefined to end the traces, not ${typeof sink}`;
}

afterEach(() => setTraceSink(undefined));

describe("createTrace", () => {
	it("tells the sink who speaks, the format and the arguments as they are", () => {
		const lines = listen();
		const version = { toString: () => expect.fail("formatted") };
		createTrace("godwit:test")("%s took %d ms", version, 3);
		expect(lines).toEqual([["godwit:test", "%s took %d ms", [version, 3]]]);
	});

	it("does nothing without a sink, and does not look at the arguments", () => {
		const untouched = new Proxy({}, { get: () => expect.fail("read") });
		expect(createTrace("godwit:test")("%s", untouched)).toBeUndefined();
	});

	it("is heard by a sink that came after it, from then on", () => {
		const trace = createTrace("godwit:test");
		trace("before");
		const lines = listen();
		trace("after");
		expect(lines).toEqual([["godwit:test", "after", []]]);
	});
});

describe("setTraceSink", () => {
	it("replaces the sink there was", () => {
		const first = listen();
		const second = listen();
		createTrace("godwit:test")("line");
		expect([first.length, second.length]).toEqual([0, 1]);
	});

	it("ends the traces with undefined", () => {
		const lines = listen();
		setTraceSink(undefined);
		createTrace("godwit:test")("line");
		expect(lines).toEqual([]);
		expect(traceSink()).toBeUndefined();
	});

	it.each([null, "console", {}])("refuses %j, and keeps the sink there was", (sink) => {
		const lines = listen();
		expect(() => setTraceSink(sink as never)).toThrow(new TypeError(message(sink)));
		createTrace("godwit:test")("line");
		expect(lines).toHaveLength(1);
	});

	it("reaches the traces of another copy of the package", async () => {
		// With a query the loader takes the file for another module.
		const copy: typeof import("../src/trace.ts") = await import(`${"../src/trace.ts"}?copy`);
		expect(copy.createTrace).not.toBe(createTrace);
		const lines = listen();
		copy.createTrace("godwit:copy")("line");
		expect(lines).toEqual([["godwit:copy", "line", []]]);
		expect(copy.traceSink()).toBe(traceSink());
	});
});
