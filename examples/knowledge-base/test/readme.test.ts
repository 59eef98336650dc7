import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { runReadme } from "../../run-readme.ts";

describe("the demo", () => {
	it("ends well, fits on a screen, and leaves nothing behind", async () => {
		const temporary = await mkdtemp(join(tmpdir(), "godwit-demo-test-"));
		try {
			const demo = fileURLToPath(new URL("../demo.ts", import.meta.url));
			const env = { ...process.env, NO_COLOR: "1", TMPDIR: temporary, TEMP: temporary };
			const { stdout, stderr } = await promisify(execFile)(process.execPath, [demo], { env });
			expect(stdout).toContain("Everything was as expected.");
			expect(stdout.split("\n").length).toBeLessThanOrEqual(60);
			expect(stderr).toBe("");
			expect(await readdir(temporary)).toEqual([]);
		} finally {
			await rm(temporary, { recursive: true, force: true });
		}
	});
});

describe("README.md", () => {
	it("shows commands that work", async () => {
		const results = await runReadme(new URL("../", import.meta.url));
		expect(results.map(({ command, status }) => ({ command, status }))).toEqual(
			results.map(({ command }) => ({ command, status: 0 })),
		);
		expect(results).toHaveLength(5);
		const [, up, version, down, upAgain] = results;
		expect(up?.stderr).toContain("18/u soft_delete_articles");
		expect(version?.stdout).toContain("18");
		expect(down?.stderr).toContain("16/d reclaim_space");
		expect(upAgain?.stderr).toContain("16/u reclaim_space");
	});
});
