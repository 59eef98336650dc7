import { closeSync, fstatSync, openSync, read, readSync } from "node:fs";
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
const FIRST_CHUNK_BYTES = 16 * 1024;

/**
 * Makes a body of a file. Each reading opens it, and closes it at the end or when the reader stops early.
 *
 * @param location Names the file for messages.
 */
export function fileBody(path: string, location: string): MigrationBody {
	return migrationBody(async function* () {
		const file = reporting(location, () => openSync(path, "r"));
		try {
			// One byte more than there should be, so that the end shows without another buffer.
			const size = reporting(location, () => fstatSync(file).size) + 1;
			let buffer = Buffer.allocUnsafe(Math.min(size, FIRST_CHUNK_BYTES));
			let filled = 0;
			// Only a read of nothing is the end: on some file systems a read may be short before it.
			for (let bytes = -1; bytes !== 0 && filled < buffer.length; filled += bytes) {
				bytes = reporting(location, () => readSync(file, buffer, filled, buffer.length - filled, null));
			}
			if (filled > 0) yield buffer.subarray(0, filled);
			while (filled === buffer.length) {
				buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
				filled = await fill(file, buffer, location);
				if (filled > 0) yield buffer.subarray(0, filled);
			}
		} finally {
			closeSync(file);
		}
	});
}

/** @returns How many bytes there were; less than the buffer's length at the end of the file. */
async function fill(file: number, buffer: Buffer, location: string): Promise<number> {
	let filled = 0;
	for (let bytes = -1; bytes !== 0 && filled < buffer.length; filled += bytes) {
		const { bytesRead } = await readLater(file, buffer, filled, buffer.length - filled, null).catch(
			(cause: unknown) => {
				throw sourceError(location, cause);
			},
		);
		bytes = bytesRead;
	}
	return filled;
}

function reporting<T>(location: string, work: () => T): T {
	try {
		return work();
	} catch (cause) {
		throw sourceError(location, cause);
	}
}
