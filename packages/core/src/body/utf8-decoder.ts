import { MigrateError } from "../migrate-error.ts";

const BYTE_ORDER_MARK = 0xfeff;
const LINE_FEED = 10;
const NOTHING = new Uint8Array();

/** Without a state of its own, which would take longer to make than most bodies to decode. */
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes UTF-8 strictly and as a stream: memory does not grow with the input. A byte order mark is left out. */
export interface Utf8Decoder {
	/** @throws MigrateError `ERR_INVALID_BODY` with the line of the first bytes that are not UTF-8. */
	decode(bytes: Uint8Array): string;
	/** @throws MigrateError `ERR_INVALID_BODY` when the bytes ended in the middle of a character. */
	end(): void;
}

export function createUtf8Decoder(): Utf8Decoder {
	/** Where `last` starts; its own lines are counted once more comes, and most bodies come at once. */
	let line = 1;
	let last = "";
	let begun = false;
	/** The first bytes of a character that the end of a chunk has cut. */
	let cut = NOTHING;

	function decodeWhole(bytes: Uint8Array): string {
		line += countLineFeeds(last);
		try {
			last = strict.decode(bytes);
		} catch (cause) {
			throw invalidUtf8(line + linesBeforeError(bytes), cause);
		}
		return last;
	}

	return {
		decode(chunk) {
			const bytes = cut.length === 0 ? chunk : concat(cut, chunk);
			cut = cutCharacter(bytes);
			const text = decodeWhole(bytes.subarray(0, bytes.length - cut.length));
			if (begun || text === "") return text;
			begun = true;
			return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
		},
		end() {
			if (cut.length > 0) decodeWhole(cut);
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
			strict.decode(bytes.subarray(start, end));
		} catch {
			return lines;
		}
		start = end;
	}
}

function countLineFeeds(text: string): number {
	let lines = 0;
	for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++;
	return lines;
}

/** The bytes at the end that begin a character without ending it. */
function cutCharacter(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	for (let back = 1; back <= Math.min(3, bytes.length); back++) {
		const byte = bytes[bytes.length - back] ?? 0;
		if (byte < 0x80) break;
		if (byte >= 0xc0) {
			const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
			return length > back ? new Uint8Array(bytes.slice(-back)) : NOTHING;
		}
	}
	return NOTHING;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
	const joined = new Uint8Array(a.length + b.length);
	joined.set(a);
	joined.set(b, a.length);
	return joined;
}
