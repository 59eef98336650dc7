import { existsSync } from "node:fs";
import { join } from "node:path";

export type DriverName = "sqlite-native" | "sqlite-wasm" | "sqlite-node" | "postgres" | "pglite";

export const SQLITE_DRIVERS: readonly DriverName[] = ["sqlite-native", "sqlite-wasm", "sqlite-node"];

/** A JavaScript runtime, and how it is told to run a file. */
export interface Runtime {
	readonly name: string;
	readonly program: string;
	/** Its own words before the file. */
	readonly flags: readonly string[];
	/** The flag for a file that it runs before that one. */
	readonly preload: string;
	/** What `--version` prints has the version in it. */
	readonly version: RegExp;
}

const EVERYWHERE = ["--allow-read", "--allow-write", "--allow-env"];

/** The least that Deno has to allow, by driver. */
export const DENO_PERMISSIONS: Readonly<Record<DriverName, readonly string[]>> = {
	"sqlite-native": [...EVERYWHERE, "--allow-sys=hostname,cpus,networkInterfaces", "--allow-ffi"],
	"sqlite-wasm": [...EVERYWHERE, "--allow-sys=hostname,uid"],
	"sqlite-node": [...EVERYWHERE, "--allow-sys=hostname"],
	postgres: ["--allow-read", "--allow-env", "--allow-net", "--allow-sys=hostname"],
	pglite: [...EVERYWHERE, "--allow-sys=hostname"],
};

const installed = (path: string): string => join(import.meta.dirname, "node_modules", path);

const node = (name: string, program: string): Runtime => ({
	name,
	program,
	flags: ["--no-warnings"],
	preload: "--import",
	version: /^v(\S+)/,
});

const deno = (name: string, flags: readonly string[]): Runtime => ({
	name,
	program: installed("deno/deno"),
	flags: ["run", "--no-prompt", ...flags],
	preload: "--preload",
	version: /^deno (\S+)/,
});

/** Deno that allows everything, as `deno run -A` does. */
export const DENO: Runtime = deno("Deno", ["--allow-all"]);

/** Deno that allows no more than a driver needs. */
export function restrictedDeno(driver: DriverName): Runtime {
	return deno("Deno with the least", DENO_PERMISSIONS[driver]);
}

export const BUN: Runtime = {
	name: "Bun",
	program: installed("bun/bin/bun.exe"),
	flags: [],
	preload: "--preload",
	version: /^(\S+)/,
};

/** The workspace's own Node runs the tests. The two others are on npm for Linux on x64, where pnpm installs them. */
export const RUNTIMES: readonly Runtime[] = [
	node("Node 22", installed("node-22/bin/node")),
	node("Node 24", process.execPath),
	node("Node 26", installed("node-26/bin/node")),
	BUN,
	DENO,
].filter(({ program }) => (process.platform === "linux" && process.arch === "x64") || existsSync(program));
