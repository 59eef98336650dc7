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

/**
 * Makes a body of a file. Each reading opens it, and closes it at the end or when the reader stops early.
 *
 * @param location Names the file for messages.
 */
export function fileBody(path: string, location: string): MigrationBody {
	return migrationBody(
		() => readInPieces(path, location),
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
	throw new Error("it is not a regular file; put one in its place, or take it out");
}

async function* readInPieces(path: string, location: string): AsyncGenerator<Uint8Array> {
	try {
		const file = openFile(path);
		try {
			let chunk = readFirst(file);
			for (let size = firstChunk.length; chunk.length > 0; size = CHUNK_BYTES) {
				yield chunk;
				if (chunk.length < size) return;
				chunk = await readNext(file);
			}
		} finally {
			closeSync(file);
		}
	} catch (cause) {
		throw sourceError(location, cause);
	}
}

/** Returns less than a whole chunk at the end of the file. A read returns 0 bytes only there. */
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
