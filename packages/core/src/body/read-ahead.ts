import { type MigrationBody, migrationBody } from "./migration-body.ts";
import { steadyBody } from "./steady-body.ts";

/** How much of one body is held before it is asked for. Go: DefaultBufferSize. */
const MAX_BYTES_AHEAD = 100_000;

/** A body whose first bytes are on their way. */
export interface BodyReadAhead {
	readonly body: MigrationBody;
	/** Whether a read is under way, which may never answer, and which `close` would wait for. */
	readonly waiting: boolean;
	/** Gives up what was opened and not read to its end. */
	close(): Promise<void>;
}

/**
 * Starts to read a body before anybody asks for it, up to the chunk that passes 100 kB; the rest is streamed when it
 * is read.
 *
 * A failure to read is kept and thrown to the reader. A second reading opens the body again, as one after `close`, and has to
 * give the same, see `steadyBody`. A body that need not be waited for is not read before its reader asks.
 *
 * @param onProgress Hears, after each chunk that a reader is done with, how many bytes of its reading that makes.
 */
export function readAhead(body: MigrationBody, onProgress?: (bytes: number) => void): BodyReadAhead {
	const steady = steadyBody(body);
	if (body.whole !== undefined) return readInTime(steady, onProgress);
	const iterator = steady[Symbol.asyncIterator]();
	const chunks: Uint8Array[] = [];
	let ended = false;
	/** Reads that are under way. */
	let reading = 0;

	/** What has ended or failed need not be closed. */
	async function pull(): Promise<Uint8Array | undefined> {
		reading++;
		try {
			const next = await iterator.next();
			if (!next.done) return next.value;
			ended = true;
			return undefined;
		} catch (error) {
			ended = true;
			throw error;
		} finally {
			reading--;
		}
	}

	async function fill(): Promise<void> {
		for (let bytes = 0; bytes < MAX_BYTES_AHEAD; ) {
			const chunk = await pull();
			if (chunk === undefined) return;
			// The next pull may overwrite it.
			chunks.push(new Uint8Array(chunk));
			bytes += chunk.length;
		}
	}

	async function close(): Promise<void> {
		taken = true;
		await filled;
		chunks.length = 0;
		if (!ended) await iterator.return?.();
		ended = true;
	}

	async function* first(): AsyncGenerator<Uint8Array> {
		const done = counting(onProgress);
		try {
			const failure = await filled;
			for (const chunk of chunks) {
				yield chunk;
				done(chunk);
			}
			if (failure !== undefined) throw failure.error;
			while (!ended) {
				const chunk = await pull();
				if (chunk === undefined) return;
				yield chunk;
				done(chunk);
			}
		} finally {
			await close();
		}
	}

	const filled = fill().catch((error: unknown) => ({ error }));
	let taken = false;
	return {
		body: migrationBody(() => {
			if (taken) return counted(steady, onProgress);
			taken = true;
			return first();
		}),
		get waiting() {
			return reading > 0;
		},
		close,
	};
}

function readInTime(body: MigrationBody, onProgress: ((bytes: number) => void) | undefined): BodyReadAhead {
	if (onProgress === undefined) return { body, waiting: false, close: nothingToClose };
	function whole(): Uint8Array | undefined {
		const bytes = body.whole?.();
		if (bytes !== undefined && bytes.length > 0) onProgress?.(bytes.length);
		return bytes;
	}

	return { body: migrationBody(() => counted(body, onProgress), whole), waiting: false, close: nothingToClose };
}

async function nothingToClose(): Promise<void> {}

async function* counted(
	body: MigrationBody,
	onProgress: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
	const done = counting(onProgress);
	for await (const chunk of body) {
		yield chunk;
		done(chunk);
	}
}

function counting(onProgress: ((bytes: number) => void) | undefined): (chunk: Uint8Array) => void {
	let bytes = 0;
	return (chunk) => {
		bytes += chunk.length;
		onProgress?.(bytes);
	};
}
