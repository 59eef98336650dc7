import { type MigrationBody, migrationBody } from "./migration-body.ts";

/** How much of one body is held before it is asked for. Go: DefaultBufferSize. */
const MAX_BYTES_AHEAD = 100_000;

/** A body whose first bytes are on their way. */
export interface BodyReadAhead {
	readonly body: MigrationBody;
	/** Gives up what was opened and not read to its end. */
	close(): Promise<void>;
}

/**
 * Starts to read a body before anybody asks for it, up to the chunk that passes 100 kB; the rest is streamed when it
 * is read.
 *
 * A failure to read is kept and thrown to the reader. A second reading opens the body again, as one after `close`.
 */
export function readAhead(body: MigrationBody): BodyReadAhead {
	const iterator = body[Symbol.asyncIterator]();
	const chunks: Uint8Array[] = [];
	let ended = false;

	async function fill(): Promise<void> {
		for (let bytes = 0; bytes < MAX_BYTES_AHEAD; ) {
			const next = await iterator.next();
			if (next.done) {
				ended = true;
				return;
			}
			chunks.push(next.value);
			bytes += next.value.length;
		}
	}

	async function close(): Promise<void> {
		taken = true;
		await filled;
		if (!ended) await iterator.return?.();
		ended = true;
	}

	async function* first(): AsyncGenerator<Uint8Array> {
		try {
			const failure = await filled;
			// Not yield*, which makes a promise of each chunk once more.
			for (const chunk of chunks.splice(0)) yield chunk;
			if (failure !== undefined) throw failure.error;
			for (let next = ended ? undefined : await iterator.next(); next?.done === false; next = await iterator.next()) {
				yield next.value;
			}
			ended = true;
		} finally {
			await close();
		}
	}

	const filled = fill().then(
		() => undefined,
		(error: unknown) => {
			ended = true;
			return { error };
		},
	);
	let taken = false;
	return {
		body: migrationBody(() => {
			if (taken) return body;
			taken = true;
			return first();
		}),
		close,
	};
}
