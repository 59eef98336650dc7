import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { publishOrder } from "../../release/publish-order.ts";

const root = resolve(import.meta.dirname, "../..");
const manifests = readdirSync(join(root, "packages")).map((folder) => {
	const manifest = JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8"));
	return { name: manifest.name, manifest };
});

describe("publishOrder", () => {
	it("puts every package of the workspace behind those that it depends on", () => {
		const names = publishOrder(manifests).map(({ name }) => name);
		expect([...names].sort()).toEqual(manifests.map(({ name }) => name).sort());
		for (const { name, manifest } of manifests) {
			const ours = Object.keys(manifest.dependencies ?? {}).filter((dependency) => names.includes(dependency));
			for (const dependency of ours) expect(names.indexOf(dependency)).toBeLessThan(names.indexOf(name));
		}
	});

	it("refuses packages that depend on each other", () => {
		const circle = [
			{ name: "a", manifest: { dependencies: { b: "1" } } },
			{ name: "b", manifest: { peerDependencies: { a: "1" } } },
		];
		expect(() => publishOrder(circle)).toThrow("a, b depend on each other");
	});
});

describe(".changeset/config.json", () => {
	it("releases all packages with one version", () => {
		const { fixed } = JSON.parse(readFileSync(join(root, ".changeset/config.json"), "utf8"));
		const [group] = fixed as string[][];
		const isIn = (name: string): boolean =>
			group?.some((pattern) => (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern)) ??
			false;
		expect(manifests.map(({ name }) => name).filter((name) => !isIn(name))).toEqual([]);
	});
});
