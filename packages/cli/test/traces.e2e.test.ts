import { describe, expect, it } from "vitest";
import { folderOf, godwit, godwitFromSources, threeMigrations } from "./fixtures/godwit.ts";

const up = ["-path", "m", "-database", "sqlite-native://app.db", "up", "1"];

/** The namespaces that were printed, in order. */
function namespaces(text: string): readonly string[] {
	return Array.from(text.matchAll(/^\S+Z (\S+)/gm), ([, namespace = ""]) => namespace);
}

describe("DEBUG", () => {
	it("shows the traces of a command on standard error, from the first line on", async () => {
		const { code, stdout, stderr } = await godwit(up, {
			cwd: await folderOf(threeMigrations),
			env: { DEBUG: "godwit:*" },
		});
		expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
		expect(namespaces(stderr)).toEqual(["godwit:driver", "godwit:migrate", "godwit:run", "godwit:driver"]);
	});

	it("shows those of the namespaces that it names", async () => {
		const { stderr } = await godwit(up, { cwd: await folderOf(threeMigrations), env: { DEBUG: "godwit:migrate" } });
		expect(namespaces(stderr)).toEqual(["godwit:migrate"]);
	});

	it("shows nothing when it is not set, and the package debug is not loaded", async () => {
		const cwd = await folderOf(threeMigrations);
		const { stdout, stderr } = await godwitFromSources(up, { cwd, imports: ["./print-loads.ts"] });
		expect(stdout).toContain("/packages/debug/");
		expect(stdout).not.toContain("/node_modules/debug/");
		expect(namespaces(stderr)).toEqual([]);
	});

	it("shows those of a driver of one's own too", async () => {
		const cwd = await folderOf(threeMigrations);
		const options = { cwd, env: { DEBUG: "godwit:*" }, drivers: ["gate-driver"] } as const;
		const { stderr } = await godwit(["-path", "m", "-database", "gate://open", "up", "1"], options);
		expect(namespaces(stderr)).toEqual(["godwit:migrate", "godwit:run"]);
	});
});
