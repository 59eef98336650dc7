import { mayBeTerminal } from "./may-be-terminal.ts";
import { standardWriter } from "./standard-writer.ts";
import type { TerminalOutput } from "./terminal.ts";

let outputFailure: NodeJS.ErrnoException | undefined;

const output = standardWriter({
	descriptor: 1,
	makeStream: () => process.stdout,
	lost(error) {
		outputFailure ??= error;
	},
});

/** The disk of a log may be full, and whoever reads may be gone: what is running goes on, and what it would say is lost. */
const log = standardWriter({ descriptor: 2, makeStream: () => process.stderr, lost: () => {} });

/** Makes `process.stderr`, to which others may write then: what they cannot write is lost, too. */
export function standardError(): NodeJS.WriteStream {
	return log.stream();
}

/** Writes to standard error what may be lost. */
export function writeLog(text: string): void {
	// Only the stream knows how a terminal of Windows is written to.
	if (mayBeTerminal(2)) log.stream();
	log.write(text);
}

/** Standard error, which is looked at no closer than it takes to know that it is no terminal. */
export const errorOutput: TerminalOutput = {
	get isTTY() {
		return mayBeTerminal(2) && standardError().isTTY;
	},
	get columns() {
		return standardError().columns;
	},
	write: writeLog,
};

/** Writes data to standard output. What cannot be written is lost, and `lostOutput` tells. */
export function writeOutput(text: string): void {
	output.write(text);
}

/** Waits until all of `writeOutput` is written. @returns What kept some of it from being; `undefined` for nothing. */
export async function lostOutput(): Promise<NodeJS.ErrnoException | undefined> {
	// To look at a stream that is not used would make it.
	if (output.streamed) await new Promise<void>((resolve) => output.stream().write("", () => resolve()));
	return outputFailure;
}
