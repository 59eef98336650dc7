import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { type BuildOptions, build } from "esbuild";
import { describe, expect, it, onTestFinished } from "vitest";

const app = fileURLToPath(new URL("app.ts", import.meta.url));

async function bundle(options: BuildOptions): Promise<string> {
	const { outputFiles, warnings } = await build({ ...options, entryPoints: [app], bundle: true, write: false });
	expect(warnings).toEqual([]);
	return outputFiles?.[0]?.text ?? "";
}

/** What a file of that name prints, run by Node in a folder where there are no packages. */
async function printedByNode(name: string, text: string): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "godwit-bundle-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	await writeFile(join(folder, name), text);
	return execFileSync(process.execPath, [name], { cwd: folder, encoding: "utf8" });
}

/** What a script prints where the language and these web APIs are all there is. */
async function printedByBrowser(text: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const web = { AbortController, AbortSignal, TextDecoder, TextEncoder, clearTimeout, performance, setTimeout };
		const log = (...words: readonly unknown[]): void => resolve(`${words.map(String).join(" ")}\n`);
		try {
			runInContext(text, createContext({ ...web, console: { log } }));
		} catch (error) {
			reject(error);
		}
	});
}

const printed = "-1 to 2: first zweite Größe\n";

describe("@godwit/core, bundled with an app that brings its own driver", () => {
	it("runs in Node as an ES module", async () => {
		const text = await bundle({ platform: "node", format: "esm" });
		expect(await printedByNode("app.mjs", text)).toBe(printed);
	});

	it("runs in Node as a CommonJS module", async () => {
		const text = await bundle({ platform: "node", format: "cjs" });
		expect(await printedByNode("app.cjs", text)).toBe(printed);
	});

	it("runs in a browser", async () => {
		const text = await bundle({ platform: "browser", format: "iife" });
		expect(await printedByBrowser(text)).toBe(printed);
	});
});
