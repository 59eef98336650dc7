import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { noteMoment } from "../../src/driver/waiting/moment.ts";

/** The time of day has this resolution. */
const MILLISECOND = 1;

describe("noteMoment", () => {
	it("tells when it was called, and not when it is asked", () => {
		const before = performance.now();
		const moment = noteMoment();
		const after = performance.now();
		while (performance.now() < after + 20 * MILLISECOND);
		expect(moment()).toBeGreaterThanOrEqual(before - MILLISECOND);
		expect(moment()).toBeLessThanOrEqual(after + MILLISECOND);
		expect(moment()).toBe(moment());
	});

	it("spares a read of a driver that nobody keeps waiting the module of the clock", () => {
		const core = new URL("../../src/index.ts", import.meta.url).href;
		const script = `
			const { defineDriver } = await import(${JSON.stringify(core)});
			const driver = defineDriver({ name: "app" }, () => ({ version: async () => ({ version: 7n, dirty: false }) }));
			const { version } = await driver.version({ timeoutMs: 1 });
			console.log(version, process.moduleLoadList.includes("NativeModule perf_hooks"));
		`;
		const run = (text: string): string =>
			execFileSync(process.execPath, ["--input-type=module", "--eval", text], { encoding: "utf8" });
		expect(run("performance.now(); console.log(process.moduleLoadList.includes('NativeModule perf_hooks'));")).toBe(
			"true\n",
		);
		expect(run(script)).toBe("7n false\n");
	});
});
