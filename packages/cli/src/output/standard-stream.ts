/**
 * Standard output or standard error, to write to.
 *
 * Whoever reads may be gone, as `head` is after its lines: what is running goes on, and what it would print is lost.
 */
export function standardStream(name: "stdout" | "stderr"): NodeJS.WriteStream {
	const stream = process[name];
	if (!stream.listeners("error").includes(ignoreMissingReader)) stream.on("error", ignoreMissingReader);
	return stream;
}

function ignoreMissingReader(error: NodeJS.ErrnoException): void {
	if (error.code !== "EPIPE") throw error;
}
