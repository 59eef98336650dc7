import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { builtinDrivers } from "../../cli/src/database/schemes/builtins.ts";
import { createDriver } from "../src/create-driver.ts";

const packages = resolve(import.meta.dirname, "../..");

async function emptyFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "godwit-create-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}

describe("createDriver", () => {
	it("makes a package that keeps the laws of drivers", async () => {
		const parent = await emptyFolder();
		const folder = createDriver("birds", parent);
		expect(folder).toBe(join(parent, "godwit-driver-birds"));
		expect((await readdir(folder)).sort()).toEqual(
			[".gitignore", "README.md", "package.json", "src", "test", "tsconfig.json"].sort(),
		);
		const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
		expect(manifest).toMatchObject({ name: "godwit-driver-birds", keywords: ["godwit-driver"] });
		await mkdir(join(folder, "node_modules/@godwit"), { recursive: true });
		for (const name of ["core", "conformance"]) {
			await symlink(join(packages, name), join(folder, "node_modules/@godwit", name));
		}
		const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...env } = process.env;
		const run = spawnSync(process.execPath, ["--test", "--test-reporter=spec", "test/*.test.ts"], {
			cwd: folder,
			encoding: "utf8",
			env: { ...env, NUM_RUNS: "2" },
		});
		expect(run.stdout).toMatch(/birds/);
		expect(run.stdout.match(/^✖.*|^ℹ (?:fail|skipped) .*/gm)).toEqual(["ℹ fail 0", "ℹ skipped 0"]);
		expect(run.status).toBe(0);
	}, 500_000);

	it("depends on the versions that it is published with", async () => {
		const read = async (path: string): Promise<{ version: string } & Record<string, Record<string, string>>> =>
			JSON.parse(await readFile(join(packages, path), "utf8"));
		const template = await read("create-driver/template/manifest.json");
		expect(template.dependencies).toEqual({ "@godwit/core": `^${(await read("core/package.json")).version}` });
		const { version } = await read("conformance/package.json");
		expect(template.devDependencies?.["@godwit/conformance"]).toBe(`^${version}`);
	});

	it("is built before it is packed, and not where it is only installed, about which npm warns", async () => {
		const template = JSON.parse(await readFile(join(packages, "create-driver/template/manifest.json"), "utf8"));
		expect(template.scripts).toMatchObject({ prepack: "tsc" });
		expect(template.scripts).not.toHaveProperty("prepare");
	});

	it.each(["Birds", "1a", "a/b", "@a/b", "", "a b"])("refuses the name %j, and makes nothing", async (name) => {
		const parent = await emptyFolder();
		expect(() => createDriver(name, parent)).toThrow(`"${name}" cannot be the scheme of a URL`);
		expect(await readdir(parent)).toEqual([]);
	});

	it.each(Object.keys(builtinDrivers))("refuses %s, which godwit has itself", async (scheme) => {
		const parent = await emptyFolder();
		expect(() => createDriver(scheme, parent)).toThrow(
			`godwit has a driver for ${scheme}:// itself and loads no other; choose another name`,
		);
		expect(await readdir(parent)).toEqual([]);
	});

	it("refuses file, which is the scheme of paths, and makes nothing", async () => {
		const parent = await emptyFolder();
		expect(() => createDriver("file", parent)).toThrow("file: is the scheme of paths");
		expect(await readdir(parent)).toEqual([]);
	});

	it("leaves a folder that is there alone", async () => {
		const parent = await emptyFolder();
		await mkdir(join(parent, "godwit-driver-birds"));
		expect(() => createDriver("birds", parent)).toThrow("godwit-driver-birds is there already; choose another name");
		expect(await readdir(join(parent, "godwit-driver-birds"))).toEqual([]);
	});
});
