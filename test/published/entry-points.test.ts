import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { installPackages } from "./install-packages.ts";

const packages = resolve(import.meta.dirname, "../../packages");

interface Manifest {
	readonly name: string;
	readonly exports: unknown;
	readonly bin?: Readonly<Record<string, string>>;
}

/** The compiled files that a manifest, and the programs that it names, ask for. */
function wanted(folder: string, { exports, bin = {} }: Manifest): readonly string[] {
	const text = [JSON.stringify(exports), ...Object.values(bin).map((path) => readFileSync(join(folder, path), "utf8"))];
	return [...new Set(text.flatMap((one) => one.match(/\bdist\/[\w./-]+\.(?:d\.ts|c?js)/g) ?? []))];
}

it("what a package exports, and what its programs load, is compiled", async () => {
	const folder = mkdtempSync(join(tmpdir(), "godwit-entries-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	const places = readdirSync(packages).map((name) => join(packages, name));
	const manifests = places.map((place) => JSON.parse(readFileSync(join(place, "package.json"), "utf8")) as Manifest);
	await installPackages(
		folder,
		manifests.map(({ name }) => name),
	);
	const missing = manifests.flatMap(({ name }, index) => {
		const installed = join(folder, "node_modules", name);
		const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Manifest;
		const files = wanted(places[index] ?? "", { ...(manifests[index] as Manifest), exports });
		expect(files.length, name).toBeGreaterThan(0);
		return files.filter((file) => !existsSync(join(installed, file))).map((file) => `${name}/${file}`);
	});
	// The command is bundled by its build, which "pnpm test:packed" runs.
	expect(missing.filter((file) => file !== "godwit/dist/command.cjs")).toEqual([]);
});
