import { describe, expect, it } from "vitest";
import { folderOf, godwitFromSources, threeMigrations } from "./fixtures/godwit.ts";

/** What a run loads, apart from the command's own files. */
async function loadedBy(...args: readonly string[]): Promise<string> {
	const cwd = await folderOf(threeMigrations);
	const { stdout } = await godwitFromSources(["-path", "m", ...args], { cwd, imports: ["./print-loads.ts"] });
	return stdout
		.split("\n")
		.filter((line) => line.startsWith("load file:"))
		.filter((line) => !line.includes("/cli/"))
		.join("\n");
}

const core = "/core/src/";
const source = "/source-file/src/";
const native = "/better-sqlite3/";
const wasm = "/node-sqlite3-wasm/";
const node = "/sqlite-node/src/";

describe("godwit", () => {
	it.each([["-version"], ["-help"], ["up", "-help"]])("loads no engine, source or driver for %s", async (...args) => {
		expect(await loadedBy(...args)).toBe("");
	});

	it("loads no source or driver for create", async () => {
		const loaded = await loadedBy("create", "-ext", "sql", "a");
		for (const part of [source, native, wasm]) expect(loaded).not.toContain(part);
	});

	it.each([
		["sqlite-native", native, [wasm, node]],
		["sqlite3", native, [wasm, node]],
		["sqlite", native, [wasm, node]],
		["sqlite-wasm", wasm, [native, node]],
		["ncruces-sqlite3", wasm, [native, node]],
		["sqlite-node", node, [native, wasm]],
	])("loads for %s:// its own binding alone", async (scheme, own, others) => {
		const loaded = await loadedBy("-database", `${scheme}://a.db`, "up");
		for (const part of [core, source, own]) expect(loaded).toContain(part);
		for (const other of others) expect(loaded).not.toContain(other);
	});

	it("loads no source for a command that does not read migrations", async () => {
		const loaded = await loadedBy("-database", "sqlite-native://a.db", "version");
		expect(loaded).toContain(native);
		expect(loaded).not.toContain(source);
	});
});
