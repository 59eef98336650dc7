import { writeSync } from "node:fs";

const STANDARD_OUTPUT = 1;
const NOTHING = new Uint8Array();

let outputFailure: NodeJS.ErrnoException | undefined;
/** Whether `process.stdout` was made. */
let streamed = false;

/**
 * Standard error, to write to.
 *
 * The disk of a log may be full, and whoever reads may be gone: what is running goes on, and what it would say is lost.
 */
export function standardError(): NodeJS.WriteStream {
	return withListener(process.stderr, ignore);
}

/** Writes data to standard output. What cannot be written is lost, and `lostOutput` tells. */
export function writeOutput(text: string): void {
	const rest = streamed ? text : leftOver(Buffer.from(text));
	if (rest.length === 0) return;
	streamed = true;
	withListener(process.stdout, noteFailure).write(rest);
}

/**
 * Writes without `process.stdout`, which takes longer to make than a short command to run, and is as synchronous.
 *
 * @returns What a full pipe that does not wait has not taken.
 */
function leftOver(data: Uint8Array): Uint8Array {
	let rest = data;
	try {
		while (rest.length > 0) rest = rest.subarray(writeSync(STANDARD_OUTPUT, rest));
		return rest;
	} catch (error) {
		const failure = error as NodeJS.ErrnoException;
		if (failure.code === "EAGAIN") return rest;
		noteFailure(failure);
		return NOTHING;
	}
}

/** Waits until all of `writeOutput` is written. @returns What kept some of it from being; `undefined` for nothing. */
export async function lostOutput(): Promise<NodeJS.ErrnoException | undefined> {
	// To look at a stream that is not used would make it.
	if (streamed) await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
	return outputFailure;
}

function withListener(
	stream: NodeJS.WriteStream,
	listener: (error: NodeJS.ErrnoException) => void,
): NodeJS.WriteStream {
	if (!stream.listeners("error").includes(listener)) stream.on("error", listener);
	return stream;
}

function ignore(): void {}

function noteFailure(error: NodeJS.ErrnoException): void {
	outputFailure ??= error;
}
