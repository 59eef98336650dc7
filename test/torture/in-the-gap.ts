import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";

/** A process on sqlite-wasm that began to write as soon as this one had found the lock beside the database free. */
export interface WasmWriter {
	/** "writing", or why it could not begin. */
	readonly said: string;
	/** Lets it commit. */
	finish(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("./wasm-writer.ts", import.meta.url));

/** Starts the writer in the midst of the next synchronous look, which gets the answer from before. */
export function startInTheGap(path: string): Promise<WasmWriter> {
	const { lstatSync } = fs;
	return new Promise((resolve) => {
		const startingWriter = (...args: Parameters<typeof lstatSync>): unknown => {
			const found = lstatSync(...args);
			if (args[0] !== `${path}.lock`) return found;
			replaceLstat(lstatSync);
			resolve(startWriter(path));
			return found;
		};
		replaceLstat(startingWriter);
	});
}

function replaceLstat(lstatSync: unknown): void {
	Object.assign(fs, { lstatSync });
	syncBuiltinESMExports();
}

function startWriter(path: string): WasmWriter {
	const pipe = `${path}.pipe`;
	execFileSync("mkfifo", [pipe]);
	const writer = spawn(process.execPath, [PROGRAM, path, pipe], { stdio: ["pipe", "inherit", "inherit"] });
	const exited = once(writer, "exit");
	const said = execFileSync("cat", [pipe], { encoding: "utf8", timeout: 60_000 });
	return {
		said,
		async finish() {
			writer.stdin.end();
			await exited;
		},
	};
}
