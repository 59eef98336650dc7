import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** The API pages of a folder, by path. */
function pagesIn(docs: string): Readonly<Record<string, string>> {
	const paths = ["api.md", ...readdirSync(join(docs, "api")).map((file) => `api/${file}`)];
	return Object.fromEntries(paths.map((path) => [path, readFileSync(join(docs, path), "utf8")]));
}

it("docs/api.md and docs/api are what the doc comments say now; if not, run pnpm docs:api", () => {
	const written = mkdtempSync(join(tmpdir(), "godwit-api-"));
	onTestFinished(() => rmSync(written, { recursive: true, force: true }));
	execFileSync(process.execPath, [join(root, "tools/api-docs/api-docs.ts"), written], { stdio: "inherit" });
	expect(pagesIn(join(root, "docs"))).toEqual(pagesIn(written));
});
