import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPackages } from "../published/install-packages.ts";

const installed = resolve(import.meta.dirname, "../node_modules");
const root = realpathSync(mkdtempSync(join(tmpdir(), "godwit-bindings-")));

const APP = `
import { Migrate, memorySource } from "godwit";
async function start() {
	const migrate = await Migrate.open(memorySource({ "1_a.up.sql": "CREATE TABLE a (b)" }), process.argv[2]);
	const { applied } = await migrate.up();
	await migrate.close();
	console.log(applied.length);
}
start().catch(({ code, details }) => console.log(JSON.stringify({ code, details })));
`;

beforeAll(async () => {
	await installPackages(join(root, "source"), ["godwit"]);
	writeFileSync(join(root, "source/app.mjs"), APP);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

const BINDINGS = [
	["sqlite-native", "better-sqlite3"],
	["sqlite-wasm", "node-sqlite3-wasm"],
] as const;

describe.each(["esm", "cjs"] as const)("an app that esbuild bundles as %s", (format) => {
	const name = format === "esm" ? "app.mjs" : "app.cjs";

	beforeAll(async () => {
		const outfile = join(root, format, "dist", name);
		const entryPoints = [join(root, "source/app.mjs")];
		const { warnings } = await build({ entryPoints, outfile, format, bundle: true, platform: "node" });
		expect(warnings).toEqual([]);
	});

	/** What it prints. */
	function run(scheme: string): string {
		const { DEBUG, NODE_PATH, NODE_OPTIONS, ...env } = process.env;
		const { stdout, stderr } = spawnSync(process.execPath, [join("dist", name), `${scheme}://${scheme}.db`], {
			cwd: join(root, format),
			encoding: "utf8",
			env,
		});
		expect(stderr).toBe("");
		return stdout;
	}

	it.each(BINDINGS)("says for %s:// that %s is missing, and where it was looked for", (scheme, binding) => {
		const bundle = join(root, format, "dist", name);
		const places = format === "esm" ? [`file://${bundle}`, bundle] : [bundle];
		const details = { package: binding, places };
		expect(JSON.parse(run(scheme))).toEqual({ code: "ERR_PACKAGE_NOT_FOUND", details });
	});

	it.each(BINDINGS)("uses for %s:// the %s that is installed beside it", (scheme, binding) => {
		const packages = join(root, format, "node_modules");
		mkdirSync(packages, { recursive: true });
		symlinkSync(join(installed, binding), join(packages, binding));
		expect(run(scheme)).toBe("1\n");
	});
});
