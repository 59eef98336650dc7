import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { programName } from "../../src/output/text/program-name.ts";

describe("programName", () => {
	const named = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform = "linux"): string => programName({ env, platform });

	it("is what a shell finds", () => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-path-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		writeFileSync(join(folder, "godwit"), "");
		const PATH = ["", tmpdir(), folder].join(delimiter);
		expect(named({ PATH })).toBe("godwit");
		expect(named({ PATH }, "win32")).toBe("npx godwit");
		expect(named({ PATH: tmpdir() })).toBe("npx godwit");
		expect(named({})).toBe("npx godwit");
	});

	it("is run by npx where npm has put the programs of the project first", () => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-path-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		writeFileSync(join(folder, "godwit"), "");
		expect(named({ PATH: folder, npm_config_user_agent: "npm/11.19.0 node/v24.21.0 linux x64" })).toBe("npx godwit");
	});
});
