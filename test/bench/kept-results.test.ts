import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { keptResults } from "./kept-results.ts";
import { page } from "./page.ts";
import { chooseWorkloads } from "./workloads.ts";

const docs = join(import.meta.dirname, "../../docs");

describe("keptResults", () => {
	it("docs/benchmarks.md is what the kept results give; pnpm bench --page writes it", () => {
		expect(readFileSync(join(docs, "benchmarks.md"), "utf8")).toBe(page(keptResults(docs).read()));
	});

	it("keeps a result for each storage, and draws and tells of both", () => {
		const home = mkdtempSync(join(tmpdir(), "godwit-bench-results-"));
		onTestFinished(() => rmSync(home, { recursive: true, force: true }));
		const [onDisk] = keptResults(docs).read()[0]?.results ?? [];
		if (onDisk === undefined) throw new Error("docs/benchmarks has no result of workload a");
		const kept = keptResults(home);

		kept.keep(onDisk);
		kept.keep({ ...onDisk, machine: { ...onDisk.machine, fileSystem: "tmpfs" } });
		const path = kept.writePage();

		expect(readdirSync(join(home, "benchmarks")).sort()).toEqual(["a-tmpfs.json", "a-tmpfs.svg", "a.json", "a.svg"]);
		expect(readFileSync(path, "utf8")).toContain("## (a) Small migrations, all up, on a tmpfs");
		expect(kept.read()[0]?.results.map(({ machine }) => machine.fileSystem)).toEqual([
			onDisk.machine.fileSystem,
			"tmpfs",
		]);
	});
});

describe("chooseWorkloads", () => {
	it("refuses an id that no workload has", () => {
		expect(() => chooseWorkloads("a,z")).toThrow("no workload z; there are a, b, growth");
		expect(chooseWorkloads("i,h").map(({ id }) => id)).toEqual(["i", "h"]);
	});
});
