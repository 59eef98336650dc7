import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stepsOf, takeStep, titleOf } from "./page.ts";
import { environmentWithGodwitAlone } from "./reader-environment.ts";

const root = resolve(import.meta.dirname, "../..");

/** What is installed is the workspace's; `pnpm test:packed` runs these lines too, on the packed packages. */
const isInstall = (title: string): boolean => title.startsWith("npm install ");

const steps = stepsOf(readFileSync(join(root, "README.md"), "utf8")).map((step) => [titleOf(step), step] as const);

describe("README.md", () => {
	const folder = mkdtempSync(join(tmpdir(), "godwit-readme-"));

	// What a reader would have installed; Node runs TypeScript outside node_modules only.
	beforeAll(() => symlinkSync(join(root, "test/node_modules"), join(folder, "node_modules")));

	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	it("begins with installing", () => {
		expect(steps[0]?.[0]).toBe("npm install godwit");
	});

	// In the order of the page, since each goes on where the one before it stopped.
	it.each(steps.filter(([title]) => !isInstall(title)))("%s", (_, step) => {
		takeStep(step, folder, environmentWithGodwitAlone());
	});
});
