import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/architecture.md"), "utf8");
const packages = readdirSync(join(root, "packages")).sort();

/** The lines of the first picture: boxes, and from a box the arrows to others. */
const [, picture = ""] = /^## The packages\n.*?^```mermaid\nflowchart TB\n(.*?)^```$/ms.exec(page) ?? [];
const BOX = /^ {4}([\w-]+)\[".+"\]$/;
const ARROWS = /^ {4}([\w-]+) --> ([\w-]+(?: & [\w-]+)*)$/;
const lines = picture.split("\n").filter((line) => line !== "");

function drawnBoxes(): readonly string[] {
	return lines.flatMap((line) => BOX.exec(line)?.[1] ?? []);
}

function drawnArrows(): readonly string[] {
	return lines.flatMap((line) => {
		const [, from = "", to] = ARROWS.exec(line) ?? [];
		return to?.split(" & ").map((target) => `${from} --> ${target}`) ?? [];
	});
}

/** What the manifests say, which the arrows test holds to its table and to the imports. */
function declaredArrows(): readonly string[] {
	return packages.flatMap((name) => {
		const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
		const ours = Object.keys(manifest.dependencies ?? {}).filter((dependency) =>
			/^(godwit$|@godwit\/)/.test(dependency),
		);
		// The command is the one package whose name is not that of its folder.
		return ours.map(
			(dependency) => `${name} --> ${dependency === "godwit" ? "cli" : dependency.replace("@godwit/", "")}`,
		);
	});
}

describe("docs/architecture.md", () => {
	it("names files and folders that exist", () => {
		const paths = [...page.matchAll(/\b(?:packages|test|docs|examples)(?:\/[\w-]+(?:\.[\w-]+)*)+/g)].map(
			([path]) => path,
		);
		const links = [...page.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = ""]) => join("docs", link));
		expect(paths.length).toBeGreaterThan(20);
		expect(links.length).toBeGreaterThan(5);
		expect([...paths, ...links].filter((path) => !existsSync(join(root, path)))).toEqual([]);
	});

	it("has a picture of nothing but boxes and arrows", () => {
		expect(lines.filter((line) => !BOX.test(line) && !ARROWS.test(line))).toEqual([]);
	});

	it("has every package in its picture, once", () => {
		expect([...drawnBoxes()].sort()).toEqual(packages);
	});

	it("draws the arrows that the packages have, and no other", () => {
		expect([...drawnArrows()].sort()).toEqual([...declaredArrows()].sort());
	});

	it("has a row of files for each box on the way of a migration", () => {
		const steps = [...page.matchAll(/^ {4}n(\d+)\["<b>(\d+) .+"\]$/gm)];
		const rows = [...page.matchAll(/^\| ([\d, ]+) \| `packages\/.+$/gm)].flatMap(([, numbers = ""]) =>
			numbers.split(", "),
		);
		expect(steps.map(([, id]) => id)).toEqual(steps.map(([, , number]) => number));
		expect(rows.map(Number).sort((a, b) => a - b)).toEqual(steps.map((_, index) => index + 1));
	});
});
