import { open } from "node:fs/promises";
import { type MigrationBody, migrationBody } from "@godwit/core";
import { sourceError } from "./source-error.ts";

/** Larger chunks read a big file hardly faster, and a small file pays for the memory. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Makes a body of a file. Each reading opens it, and closes it at the end or when the reader stops early.
 *
 * @param location Names the file for messages.
 */
export function fileBody(path: string, location: string): MigrationBody {
	return migrationBody(async function* () {
		const file = await open(path).catch((cause: unknown) => {
			throw sourceError(location, cause);
		});
		try {
			for (let ended = false; !ended; ) {
				const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
				let filled = 0;
				// Only a read of nothing is the end: on some file systems a read may be short before it.
				while (!ended && filled < CHUNK_BYTES) {
					const { bytesRead } = await file.read(buffer, filled, CHUNK_BYTES - filled).catch((cause: unknown) => {
						throw sourceError(location, cause);
					});
					ended = bytesRead === 0;
					filled += bytesRead;
				}
				if (filled > 0) yield buffer.subarray(0, filled);
			}
		} finally {
			await file.close();
		}
	});
}
