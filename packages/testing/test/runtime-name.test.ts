import { expect, it } from "vitest";
import { runtimeName } from "../src/runtime-name.ts";

it.each([
	[{}, `Node ${process.versions.node}`],
	[{ bun: "1.4.5" }, "Bun 1.4.5"],
	[{ deno: "2.9.6" }, "Deno 2.9.6"],
])("names the runtime with %o", (more, name) => {
	expect(runtimeName({ ...process.versions, ...more })).toBe(name);
});
