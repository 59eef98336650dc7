import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BackendName } from "../../torture-case.ts";

const PROGRAM = fileURLToPath(new URL("./holding-program.ts", import.meta.url));

/** A process of godwit's that holds a lock until it is killed at the end. */
export interface HoldingProcess extends AsyncDisposable {
	/** Gives the lock back and takes it anew. */
	again(): Promise<void>;
}

export interface HoldingOptions {
	/** Starts the process. Default: nothing else does. */
	readonly command?: readonly string[];
	/** Of the URL, from `?`. */
	readonly url?: string;
}

export async function holdingProcess(
	backend: BackendName,
	path: string,
	{ command = [], url = "" }: HoldingOptions = {},
): Promise<HoldingProcess> {
	const [program = "", ...args] = [...command, process.execPath, PROGRAM, backend, `${backend}://${path}${url}`];
	const holder = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
	const exited = once(holder, "exit");
	const isReady = (): Promise<unknown> => Promise.race([once(holder.stdout, "data"), exited]);
	await isReady();
	return {
		async again() {
			const ready = isReady();
			holder.stdin.write("again");
			await ready;
		},
		async [Symbol.asyncDispose]() {
			holder.kill("SIGKILL");
			await exited;
		},
	};
}
