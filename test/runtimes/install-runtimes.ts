import { execFileSync } from "node:child_process";

/** Installs the runtimes beside this file, unless they are there. */
export function installRuntimes(): void {
	execFileSync("pnpm", ["--dir", import.meta.dirname, "install", "--frozen-lockfile"], { stdio: "inherit" });
}
