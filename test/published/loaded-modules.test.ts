import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { installPackages } from "./install-packages.ts";

/** Finding and linking one takes Node half a millisecond. Of the sources they would be 310. */
const FEW = 45;

/** Prints the modules of packages that a process loads which migrates once. */
const PROGRAM = `
	import { registerHooks } from "node:module";
	const loaded = [];
	registerHooks({
		load(url, context, next) {
			loaded.push(url);
			return next(url, context);
		},
	});
	const { Migrate } = await import("godwit");
	{
		await using migrate = await Migrate.open("file://m", "sqlite-node://app.db");
		await migrate.up();
	}
	console.log(JSON.stringify(loaded));
`;

it("an application that migrates at its start loads few modules", async () => {
	const folder = mkdtempSync(join(tmpdir(), "godwit-loaded-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	await installPackages(folder, ["godwit"]);
	mkdirSync(join(folder, "m"));
	writeFileSync(join(folder, "m/1_t.up.sql"), "CREATE TABLE t (a);");
	writeFileSync(join(folder, "app.mjs"), PROGRAM);
	const printed = execFileSync(process.execPath, ["app.mjs"], { cwd: folder, encoding: "utf8" });
	const all: readonly string[] = JSON.parse(printed);
	const loaded = all.filter((url) => /node_modules\/(godwit|@godwit\/[^/]+)\//.test(url));
	expect(loaded.some((url) => url.endsWith("node_modules/@godwit/core/dist/index.js"))).toBe(true);
	expect(loaded.length).toBeLessThanOrEqual(FEW);
	// The file source has checksums made by Node, and not by JavaScript that V8 would have to load and compile.
	expect(all).toContain("node:crypto");
	expect(all.filter((url) => url.includes("@noble"))).toEqual([]);
});
