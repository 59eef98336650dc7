import { describe, expect, it } from "vitest";
import { runtimeName } from "../../src/node-sqlite/runtime-name.ts";

describe("runtimeName", () => {
	it.each([
		[{ bun: "1.4.5" }, "Bun 1.4.5"],
		[{ deno: "2.9.6" }, "Deno 2.9.6"],
		[{}, `Node ${process.versions.node}`],
	])("of a process that tells Node's version and %o is %s", (own, name) => {
		expect(runtimeName({ ...process.versions, ...own })).toBe(name);
	});

	it("is that of this process", () => {
		expect(runtimeName()).toBe(`Node ${process.versions.node}`);
	});
});
