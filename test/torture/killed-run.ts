import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BackendName } from "./torture-case.ts";

const HOLDER = fileURLToPath(new URL("./killed-holder.ts", import.meta.url));

/** Kills a godwit that holds the lock, in the midst of a transaction that has run a statement. */
export async function killedRun(backend: BackendName, path: string, sql: string): Promise<void> {
	const holder = spawn(process.execPath, [HOLDER, backend, path, sql], { stdio: ["ignore", "pipe", "inherit"] });
	const exited = once(holder, "exit");
	await Promise.race([once(holder.stdout, "data"), exited]);
	holder.kill("SIGKILL");
	await exited;
}
