import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { packAll } from "../packed/archives.ts";
import { buildReference } from "../reference/reference.ts";
import type { BenchContext } from "./bench-context.ts";

const run = promisify(execFile);

const ROOT = resolve(import.meta.dirname, "../..");
const GOOSE = "v3.29.0";

/** For driver authors alone; a user installs the other packages. */
const NOT_INSTALLED = ["conformance"];

type Tools = Pick<BenchContext, "godwit" | "reference" | "migrate" | "goose" | "dbmate">;

/** Builds and installs what is measured. The first time takes minutes and the network. */
export async function prepareTools(cache: string, log: (line: string) => void): Promise<Tools> {
	log("building golang-migrate");
	const { reference, migrate } = await buildReference();
	log("building goose");
	const goose = join(cache, "bin/goose");
	await installGoose(join(cache, "bin"));
	log("building, packing and installing godwit");
	const installed = await installGodwit(join(cache, "installed"));
	return {
		reference,
		migrate,
		goose,
		dbmate: resolve(import.meta.dirname, "../node_modules/.bin/dbmate"),
		godwit: {
			main: join(installed, "dist/index.js"),
			bin: join(installed, await binOf(installed)),
			modules: join(installed, ".."),
		},
	};
}

/** goose without the databases that are not measured. */
async function installGoose(folder: string): Promise<void> {
	const others = "mysql clickhouse mssql vertica ydb libsql duckdb spanner snowflake";
	const tags = others.replaceAll(/\w+/g, "no_$&");
	await run("go", ["install", `-tags=${tags}`, `github.com/pressly/goose/v3/cmd/goose@${GOOSE}`], {
		env: { ...process.env, GOBIN: folder, GOFLAGS: "-mod=mod" },
	});
}

/** Packs the packages as they are published and installs them with npm: compiled, and nothing of the workspace. */
async function installGodwit(folder: string): Promise<string> {
	await run("pnpm", ["build"], { cwd: ROOT });
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
	const archives = packAll(join(folder, "archives"), NOT_INSTALLED).map(({ path }) => path);
	const peers = (await peersOf()).map(([name, version]) => `${name}@${version}`);
	const wanted = [...archives, ...peers];
	await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...wanted], { cwd: folder });
	return join(folder, "node_modules/godwit");
}

/** The bindings in the versions that are measured raw. godwit has them as optional peers, which npm does not bring. */
async function peersOf(): Promise<readonly (readonly [name: string, version: string])[]> {
	const manifest = await import("../package.json", { with: { type: "json" } });
	const { devDependencies } = manifest.default;
	return (["better-sqlite3", "pg"] as const).map((name) => [name, devDependencies[name]]);
}

async function binOf(installed: string): Promise<string> {
	const manifest = await import(join(installed, "package.json"), { with: { type: "json" } });
	return (manifest.default as { bin: { godwit: string } }).bin.godwit;
}
