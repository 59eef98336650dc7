let outputFailure: NodeJS.ErrnoException | undefined;
let outputUsed = false;

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
	outputUsed = true;
	withListener(process.stdout, noteFailure).write(text);
}

/** Waits until all of `writeOutput` is written. @returns What kept some of it from being; `undefined` for nothing. */
export async function lostOutput(): Promise<NodeJS.ErrnoException | undefined> {
	// To look at a stream that is not used would make it.
	if (!outputUsed) return undefined;
	await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
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
