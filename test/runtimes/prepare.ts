import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { packAll } from "../packed/archives.ts";
import { installRuntimes } from "./install-runtimes.ts";

declare module "vitest" {
	interface ProvidedContext {
		/** The folder where the packages are installed as they are published, with the programs of these tests. */
		readonly installed: string;
	}
}

const ROOT = resolve(import.meta.dirname, "../..");
const TEST_FILES = ["test/runtimes/programs", "test/conformance/sqlite-harness.ts"];

/** Installs the runtimes, and the packages from their archives, and removes the latter in the end. */
export function setup(project: TestProject): () => void {
	installRuntimes();
	const folder = mkdtempSync(join(tmpdir(), "godwit-runtimes-"));
	installPackages(folder);
	project.provide("installed", folder);
	return () => rmSync(folder, { recursive: true, force: true });
}

function installPackages(folder: string): void {
	execFileSync("pnpm", ["build"], { cwd: ROOT, stdio: "ignore" });
	const archives = packAll(join(folder, "archives")).map(({ path }) => path);
	const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "packages/sqlite-native/package.json"), "utf8"));
	writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
	const wanted = [...archives, `better-sqlite3@${devDependencies["better-sqlite3"]}`];
	execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...wanted], {
		cwd: folder,
		stdio: ["ignore", "ignore", "inherit"],
	});
	for (const path of TEST_FILES) {
		mkdirSync(join(folder, path, ".."), { recursive: true });
		cpSync(join(ROOT, path), join(folder, path), { recursive: true });
	}
}
