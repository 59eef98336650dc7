import { writeSync } from "node:fs";

const NOTHING = new Uint8Array();

export interface StandardWriterOptions {
	/** 1 for standard output, 2 for standard error. */
	readonly descriptor: number;
	/** `process.stdout` or `process.stderr`. */
	readonly makeStream: () => NodeJS.WriteStream;
	/** Is told why something is lost. */
	readonly lost: (error: NodeJS.ErrnoException) => void;
}

/** Writes to a standard stream. Nothing that keeps it from being written is thrown. */
export interface StandardWriter {
	/** Whether the stream of `process` was made. */
	readonly streamed: boolean;
	/** Makes the stream of `process`, or returns it. From then on all is written through it, so that the order stays. */
	stream(): NodeJS.WriteStream;
	write(text: string): void;
}

/** Writes without the stream of `process`, which takes longer to make than a short command to run, and is as synchronous. */
export function standardWriter({ descriptor, makeStream, lost }: StandardWriterOptions): StandardWriter {
	let made: NodeJS.WriteStream | undefined;

	function stream(): NodeJS.WriteStream {
		made ??= makeStream().on("error", lost);
		return made;
	}

	/** @returns What a full pipe that does not wait has not taken. */
	function leftOver(data: Uint8Array): Uint8Array {
		let rest = data;
		try {
			while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
			return rest;
		} catch (error) {
			const failure = error as NodeJS.ErrnoException;
			if (failure.code === "EAGAIN") return rest;
			lost(failure);
			return NOTHING;
		}
	}

	return {
		get streamed() {
			return made !== undefined;
		},
		stream,
		write(text) {
			const rest = made === undefined ? leftOver(Buffer.from(text)) : text;
			if (rest.length === 0) return;
			try {
				stream().write(rest);
			} catch (error) {
				// Deno throws what Node tells by an event.
				lost(error as NodeJS.ErrnoException);
			}
		},
	};
}
