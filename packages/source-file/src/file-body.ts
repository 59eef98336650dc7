import { closeSync, constants, fstatSync, openSync, read, readSync } from "node:fs";
import { promisify } from "node:util";
import { type MigrationBody, migrationBody } from "@godwit/core";
import { sourceError } from "./source-error.ts";

const readLater = promisify(read);

/** Larger ones are no faster, and more statements at once let the heap grow: a file of 1 GB takes 150 MB with these, 260 MB with 256 KiB. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Read at once, as the file is opened: most migrations are smaller, and for them handing the work to another thread
 * takes ten times as long as the work.
 */
const firstChunk = Buffer.allocUnsafeSlow(16 * 1024);

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * Makes a body of a file. Each reading opens it, and closes it at the end or when the reader stops early.
 *
 * @param location Names the file for messages.
 */
export function fileBody(path: string, location: string): MigrationBody {
	return migrationBody(
		() => ({ [Symbol.asyncIterator]: () => readFile(path, location) }),
		() => readWhole(path, location),
	);
}

/** Returns `undefined` for a file that its first chunk does not hold. */
function readWhole(path: string, location: string): Uint8Array | undefined {
	try {
		const file = openFile(path);
		try {
			const chunk = readFirst(file);
			return chunk.length < firstChunk.length ? chunk : undefined;
		} finally {
			closeSync(file);
		}
	} catch (cause) {
		throw sourceError(location, cause);
	}
}

/** Without waiting for whoever writes a named pipe, which would be for ever, and deaf to signals. */
function openFile(path: string): number {
	const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
	const found = fstatSync(file);
	// The read says of a folder what it is.
	if (found.isFile() || found.isDirectory()) return file;
	closeSync(file);
	throw new Error("it is not a regular file");
}

/** No generator, which takes longer than a small file. Calls that do not wait for each other are answered in turn all the same. */
function readFile(path: string, location: string): AsyncIterator<Uint8Array> {
	let file: number | undefined;
	let ended = false;
	let pending: Promise<IteratorResult<Uint8Array>> | undefined;

	async function read(): Promise<IteratorResult<Uint8Array>> {
		if (ended) return END;
		try {
			const first = file === undefined;
			file ??= openFile(path);
			const chunk = first ? readFirst(file) : await readNext(file);
			if (chunk.length < (first ? firstChunk.length : CHUNK_BYTES)) close();
			return chunk.length > 0 ? { done: false, value: chunk } : END;
		} catch (cause) {
			close();
			throw sourceError(location, cause);
		}
	}

	function close(): void {
		const opened = file;
		ended = true;
		file = undefined;
		if (opened !== undefined) closeSync(opened);
	}

	return {
		next() {
			pending = pending === undefined ? read() : pending.then(read, read);
			return pending;
		},
		async return() {
			// The number of a file that is closed while it is read may be another file's by then.
			await Promise.allSettled([pending]);
			close();
			return END;
		},
	};
}

/** Less than a whole chunk at the end of the file. Only a read of nothing is the end: one before it may be short. */
function readFirst(file: number): Buffer {
	let filled = 0;
	for (let bytes = -1; bytes !== 0 && filled < firstChunk.length; filled += bytes) {
		bytes = readSync(file, firstChunk, filled, firstChunk.length - filled, null);
	}
	return Buffer.from(firstChunk.subarray(0, filled));
}

/** As `readFirst`. */
async function readNext(file: number): Promise<Buffer> {
	const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
	let filled = 0;
	for (let bytes = -1; bytes !== 0 && filled < chunk.length; filled += bytes) {
		({ bytesRead: bytes } = await readLater(file, chunk, filled, chunk.length - filled, null));
	}
	return chunk.subarray(0, filled);
}
