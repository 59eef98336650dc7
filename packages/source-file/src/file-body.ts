import { closeSync, openSync, read, readSync } from "node:fs";
import { promisify } from "node:util";
import { type MigrationBody, migrationBody } from "@godwit/core";
import { sourceError } from "./source-error.ts";

const readLater = promisify(read);

/** Larger chunks read a big file hardly faster. */
const CHUNK_BYTES = 256 * 1024;

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
	return migrationBody(async function* () {
		const file = reporting(location, () => openSync(path, "r"));
		try {
			let chunk = reporting(location, () => readFirst(file));
			let full = chunk.length === firstChunk.length;
			if (chunk.length > 0) yield chunk;
			while (full) {
				chunk = await readNext(file, location);
				full = chunk.length === CHUNK_BYTES;
				if (chunk.length > 0) yield chunk;
			}
		} finally {
			closeSync(file);
		}
	});
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
async function readNext(file: number, location: string): Promise<Buffer> {
	const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
	let filled = 0;
	for (let bytes = -1; bytes !== 0 && filled < chunk.length; filled += bytes) {
		const { bytesRead } = await readLater(file, chunk, filled, chunk.length - filled, null).catch((cause: unknown) => {
			throw sourceError(location, cause);
		});
		bytes = bytesRead;
	}
	return chunk.subarray(0, filled);
}

function reporting<T>(location: string, work: () => T): T {
	try {
		return work();
	} catch (cause) {
		throw sourceError(location, cause);
	}
}
