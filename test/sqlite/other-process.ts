import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { bundledProgram } from "../bundled-program.ts";
import type { Answer, Command } from "./fixtures/other-process.ts";

const PROGRAM = fileURLToPath(new URL("./fixtures/other-process.ts", import.meta.url));

export interface OtherProcess extends AsyncDisposable {
	readonly pid: number;
	tell(command: Command): Promise<Answer>;
	/** As a power failure or the kernel would: nothing is cleaned up. */
	kill(): Promise<void>;
}

/** Starts a process that has the database open. */
export async function otherProcess(url: string): Promise<OtherProcess> {
	const child = fork(await bundledProgram(PROGRAM), [url]);
	const ended = once(child, "exit");
	async function answer(): Promise<unknown> {
		const [first] = await Promise.race([once(child, "message"), ended]);
		if (typeof first === "number" || first === null) throw new Error(`the other process ended with ${first}`);
		return first;
	}
	async function kill(): Promise<void> {
		child.kill("SIGKILL");
		await ended;
	}
	await answer();
	return {
		pid: child.pid ?? 0,
		async tell(command) {
			const said = answer();
			child.send(command);
			return (await said) as Answer;
		},
		kill,
		[Symbol.asyncDispose]: kill,
	};
}
