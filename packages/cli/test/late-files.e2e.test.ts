import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, godwit, threeMigrations } from "./fixtures/godwit.ts";

const imports = ["./print-loads.ts"] as const;

/** The files of the bundle that a command loads. */
async function filesOf(cwd: string, ...args: readonly string[]): Promise<readonly string[]> {
	const { code, stdout } = await godwit(["-path", "m", ...args], { cwd, imports });
	expect(code).toBe(0);
	const loaded = stdout.split("\n").filter((line) => line.startsWith("load file:") && line.includes("/dist/"));
	return loaded.map((line) => basename(line)).filter((name) => name.startsWith("command"));
}

describe("the bundle of the command", () => {
	it.each([
		["-version", ["command.cjs"]],
		["-help", ["command.cjs", "command-usage.cjs"]],
	])("loads nothing of a run for %s", async (flag, files) => {
		expect(await filesOf(await folderOf({}), flag)).toEqual(files);
	});

	it.each(["sqlite-native", "sqlite-node", "sqlite"])("loads what runs on a %s database late", async (scheme) => {
		const cwd = await folderOf(threeMigrations);
		const flags = ["-database", `${scheme}://a.db`];
		expect(await filesOf(cwd, ...flags, "up")).toContain("command-work.cjs");
		const reading = ["command.cjs", "command-run.cjs"];
		expect(await filesOf(cwd, ...flags, "up")).toEqual(reading);
		expect(await filesOf(cwd, ...flags, "version")).toEqual(reading);
		expect(await filesOf(cwd, ...flags, "-json", "up")).toEqual([...reading, "command-json-lines.cjs"]);
	});
});
