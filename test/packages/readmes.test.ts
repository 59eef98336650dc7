import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, it, onTestFinished } from "vitest";
import { stepsOf, takeStep, titleOf } from "../docs/page.ts";
import { readerEnvironment } from "../docs/reader-environment.ts";

const root = resolve(import.meta.dirname, "../..");

/** Those whose examples have a test of their own: one needs a test runner, the other npm. */
const ELSEWHERE = ["conformance", "create-driver"];

const folders = readdirSync(join(root, "packages")).filter((name) => !ELSEWHERE.includes(name));

describe("the README of each package", () => {
	it.each(folders)("packages/%s has an example that does what it says", (name) => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-readme-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		symlinkSync(join(root, "test/node_modules"), join(folder, "node_modules"));
		const page = readFileSync(join(root, "packages", name, "README.md"), "utf8");
		// What is installed is the workspace's.
		for (const step of stepsOf(page).filter((step) => !titleOf(step).startsWith("npm install "))) {
			takeStep(step, folder, readerEnvironment());
		}
	});
});
