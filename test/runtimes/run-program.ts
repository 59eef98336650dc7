import { execFile } from "node:child_process";
import type { Runtime } from "./runtimes.ts";

export interface ProgramOutput {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a file in a runtime to its end. @param more Further words for the runtime. */
export function runProgram(
	{ program, flags }: Runtime,
	[file, ...args]: readonly [string, ...string[]],
	{ cwd, more = [] }: { readonly cwd: string; readonly more?: readonly string[] },
): Promise<ProgramOutput> {
	const { DATABASE_URL, GODWIT_DATABASE, DEBUG, NODE_OPTIONS, FORCE_COLOR, ...rest } = process.env;
	const options = { cwd, env: { ...rest, NO_COLOR: "1" }, maxBuffer: 2 ** 26 };
	return new Promise((resolve) => {
		execFile(program, [...flags, ...more, file, ...args], options, (error, stdout, stderr) =>
			// A program that a signal ended, or that could not be started, has no exit code.
			resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
		);
	});
}

/** What a runtime calls its own version. */
export async function versionOf(runtime: Runtime): Promise<string> {
	const { stdout, stderr } = await runProgram({ ...runtime, flags: [] }, ["--version"], { cwd: import.meta.dirname });
	const [, version] = runtime.version.exec(stdout) ?? [];
	if (version === undefined) throw new Error(`${runtime.program} --version printed no version: ${stdout}${stderr}`);
	return version;
}
