import { MigrateError } from "./migrate-error.ts";

const LINE_FEED = 10;
const NOTHING = new Uint8Array();

/** Decodes UTF-8 strictly and as a stream: memory does not grow with the input. A byte order mark is left out. */
export interface Utf8Decoder {
	/** @throws MigrateError `ERR_INVALID_BODY` with the line of the first bytes that are not UTF-8. */
	decode(bytes: Uint8Array): string;
	/** @throws MigrateError `ERR_INVALID_BODY` when the bytes ended in the middle of a character. */
	end(): void;
}

export function createUtf8Decoder(): Utf8Decoder {
	const decoder = new TextDecoder("utf-8", { fatal: true });
	let line = 1;
	// A character may be cut by the end of a chunk; its first bytes are needed to find an error in the next one.
	let cut = NOTHING;
	return {
		decode(bytes) {
			let text: string;
			try {
				text = decoder.decode(bytes, { stream: true });
			} catch (cause) {
				throw invalidUtf8(line + linesBeforeError(concat(cut, bytes)), cause);
			}
			line += countLineFeeds(bytes);
			cut = cutCharacter(concat(cut, bytes.subarray(-3)));
			return text;
		},
		end() {
			try {
				decoder.decode();
			} catch (cause) {
				throw invalidUtf8(line, cause);
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

/** A line feed never stands inside a character, so lines can be decoded one by one. */
function linesBeforeError(bytes: Uint8Array): number {
	let lines = 0;
	for (let start = 0; ; lines++) {
		const end = bytes.indexOf(LINE_FEED, start) + 1;
		if (end === 0) return lines;
		try {
			new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start, end));
		} catch {
			return lines;
		}
		start = end;
	}
}

function countLineFeeds(bytes: Uint8Array): number {
	let lines = 0;
	for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) lines++;
	return lines;
}

/** The bytes at the end that begin a character without ending it. */
function cutCharacter(tail: Uint8Array): Uint8Array<ArrayBuffer> {
	for (let back = 1; back <= Math.min(3, tail.length); back++) {
		const byte = tail[tail.length - back] ?? 0;
		if (byte < 0x80) break;
		if (byte >= 0xc0) {
			const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
			return length > back ? new Uint8Array(tail.slice(-back)) : new Uint8Array();
		}
	}
	return new Uint8Array();
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
	const joined = new Uint8Array(a.length + b.length);
	joined.set(a);
	joined.set(b, a.length);
	return joined;
}
