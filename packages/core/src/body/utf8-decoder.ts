import { MigrateError } from "../migrate-error.ts";

const LINE_FEED = 10;
const CONTINUES = 0x80;
const BEGINS = 0xc0;

/** Decodes UTF-8 strictly and as a stream: memory does not grow with the input. A byte order mark is left out. */
export interface Utf8Decoder {
	/** @throws MigrateError `ERR_INVALID_BODY` with the line of the first bytes that are not UTF-8. */
	decode(bytes: Uint8Array): string;
	/** @throws MigrateError `ERR_INVALID_BODY` when the bytes ended in the middle of a character. */
	end(): void;
}

/** Creates a decoder for one body. It cannot be used any more once it has thrown. */
export function createUtf8Decoder(): Utf8Decoder {
	const decoder = new TextDecoder("utf-8", { fatal: true });
	/** Of what was decoded; the line that fails is worked out from these. */
	let lineFeeds = 0;
	let lastBytes: readonly number[] = [];

	return {
		decode(bytes) {
			try {
				const text = decoder.decode(bytes, { stream: true });
				lineFeeds += countLineFeeds(text);
				lastBytes = [...lastBytes, ...bytes.subarray(-3)].slice(-3);
				return text;
			} catch (cause) {
				throw invalidUtf8(lineFeeds + 1 + lineFeedsBeforeError(cutCharacter(lastBytes), bytes), cause);
			}
		},
		end() {
			try {
				decoder.decode();
			} catch (cause) {
				throw invalidUtf8(lineFeeds + 1, cause);
			}
		},
	};
}

function invalidUtf8(line: number, cause: unknown): MigrateError<"ERR_INVALID_BODY"> {
	const details = { line, column: 1, problem: "invalid-utf-8" };
	return new MigrateError("ERR_INVALID_BODY", `line ${line} is not valid UTF-8; save the file as UTF-8`, details, {
		cause,
	});
}

function countLineFeeds(text: string): number {
	let count = 0;
	for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
	return count;
}

/** Decodes line by line, since TextDecoder does not say where it fails. */
function lineFeedsBeforeError(begun: Uint8Array<ArrayBuffer>, bytes: Uint8Array): number {
	const decoder = new TextDecoder("utf-8", { fatal: true });
	decoder.decode(begun, { stream: true });
	for (let count = 0, start = 0; ; count++) {
		const end = bytes.indexOf(LINE_FEED, start) + 1;
		if (end === 0) return count;
		try {
			decoder.decode(bytes.subarray(start, end), { stream: true });
		} catch {
			return count;
		}
		start = end;
	}
}

/** Returns the bytes at the end of a chunk that begin a character, three at the most; they may be all of it. */
function cutCharacter(lastBytes: readonly number[]): Uint8Array<ArrayBuffer> {
	const afterAscii = lastBytes.slice(lastBytes.findLastIndex((byte) => byte < CONTINUES) + 1);
	const begins = afterAscii.findIndex((byte) => byte >= BEGINS);
	return Uint8Array.from(begins === -1 ? [] : afterAscii.slice(begins));
}
