import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bindingPackage } from "../src/index.ts";

const { argv } = process;
let folder: string;

beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "godwit-binding-")));
	for (const place of ["a", "b"])
		install("binding", place, `globalThis.loads = (globalThis.loads ?? 0) + 1; exports.from = "${place}";`);
});

afterEach(() => {
	process.argv = argv;
	rmSync(folder, { recursive: true });
});

function install(name: string, place: string, code: string): void {
	mkdirSync(join(folder, place, "node_modules", name), { recursive: true });
	writeFileSync(join(folder, place, "node_modules", name, "index.js"), code);
}

/** A process whose program is in that folder. */
function programIn(place: string): void {
	process.argv = [process.execPath, join(folder, place, "program.js")];
}

const moduleIn = (place: string): string => pathToFileURL(join(folder, place, "bundle.js")).href;

describe("bindingPackage", () => {
	it("loads the package beside the module, once, when it is asked to", () => {
		programIn("b");
		const binding = bindingPackage("binding", "some-scheme", moduleIn("a"));
		expect(binding.isInstalled()).toBe(true);
		expect(globalThis).not.toHaveProperty("loads");
		expect(binding.load()).toEqual({ from: "a" });
		expect(binding.load()).toBe(binding.load());
		expect(globalThis).toHaveProperty("loads", 1);
	});

	it.each([
		["is where it was bundled, which is elsewhere", "file:///nowhere/bundle.js"],
		["is a file of CommonJS without packages", "/nowhere/bundle.cjs"],
		["is in no file", "https://example.org/bundle.js"],
	])("looks beside the program when the module %s", (_, from) => {
		programIn("b");
		expect(bindingPackage("binding", "some-scheme", from).load()).toEqual({ from: "b" });
	});

	it("says where it has looked, and what to do", () => {
		programIn("b");
		const binding = bindingPackage("none", "some-scheme", moduleIn("a"));
		expect(binding.isInstalled()).toBe(false);
		for (const ask of [() => binding.assertInstalled(), () => binding.load()]) {
			expect(ask).toThrow(
				expect.objectContaining({
					code: "ERR_PACKAGE_NOT_FOUND",
					message:
						"some-scheme:// needs the package none, which is not installed beside godwit; npm install none (a bundle does not contain it: install it where the bundle runs), or write sqlite-node://, which needs none",
					details: { package: "none", places: [moduleIn("a"), join(folder, "b/program.js")] },
				}),
			);
		}
	});

	it.each([undefined, "./app"])("does not look beside a program that is %s", (program) => {
		process.argv = [process.execPath, ...(program === undefined ? [] : [program])];
		expect(() => bindingPackage("none", "some-scheme", "/nowhere/app").load()).toThrow(
			expect.objectContaining({ details: { package: "none", places: ["/nowhere/app"] } }),
		);
	});

	it("passes on what is wrong with the package", () => {
		install("broken", "a", 'throw new Error("of another Node");');
		const binding = bindingPackage("broken", "some-scheme", moduleIn("a"));
		expect(binding.isInstalled()).toBe(true);
		expect(() => binding.load()).toThrow(new Error("of another Node"));
	});
});
