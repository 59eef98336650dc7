import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { packAll } from "../packed/archives.ts";
import { installRuntimes } from "./install-runtimes.ts";
import { SERVER_KINDS } from "./postgres-servers.ts";

declare module "vitest" {
	interface ProvidedContext {
		/** The folder where the packages are installed as they are published, with the programs of these tests. */
		readonly installed: string;
	}
}

const ROOT = resolve(import.meta.dirname, "../..");
const TEST_FILES = [
	"test/runtimes/programs",
	"test/conformance/sqlite-harness.ts",
	"packages/postgres/test/fixtures/pglite-harness.ts",
	"packages/postgres/test/fixtures/postgres-harness.ts",
];

/** Installs the runtimes, and the packages from their archives, and removes the latter in the end. */
export function setup(project: TestProject): () => void {
	installRuntimes();
	for (const { name, missing } of SERVER_KINDS) {
		if (missing !== undefined) console.log(`not run: the laws on ${name}, since ${missing}`);
	}
	const folder = mkdtempSync(join(tmpdir(), "godwit-runtimes-"));
	installPackages(folder);
	project.provide("installed", folder);
	return () => rmSync(folder, { recursive: true, force: true });
}

function installPackages(folder: string): void {
	execFileSync("pnpm", ["build"], { cwd: ROOT, stdio: "ignore" });
	const archives = packAll(join(folder, "archives")).map(({ path }) => path);
	writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
	const peers = [
		peerOf("sqlite-native", "better-sqlite3"),
		peerOf("postgres", "pg"),
		peerOf("postgres", "@electric-sql/pglite"),
	];
	execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...archives, ...peers], {
		cwd: folder,
		stdio: ["ignore", "ignore", "inherit"],
	});
	for (const path of TEST_FILES) {
		mkdirSync(join(folder, path, ".."), { recursive: true });
		cpSync(join(ROOT, path), join(folder, path), { recursive: true });
	}
}

/** A package that godwit does not bring, in the version that a driver is tested with. */
function peerOf(driver: string, name: string): string {
	const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "packages", driver, "package.json"), "utf8"));
	return `${name}@${devDependencies[name]}`;
}
