import { createUtf8Decoder } from "./utf8-decoder.ts";

/**
 * The bytes of one migration. Every reading starts at the beginning and gives the same bytes.
 *
 * A chunk stays as it is until the next one of the same reading is asked for; then its buffer may be used again. Whoever keeps
 * it longer copies it.
 */
export interface MigrationBody extends AsyncIterable<Uint8Array> {
	/**
	 * Reads the whole body as UTF-8, without a byte order mark.
	 *
	 * @throws MigrateError `ERR_INVALID_BODY` when the bytes are not UTF-8.
	 */
	text(): Promise<string>;
	/**
	 * Optional: reads the whole body without waiting, where its bytes are at hand; such a body is not read ahead.
	 *
	 * @returns `undefined` for a body that has to be read in pieces, since it is larger than most.
	 * @throws What a reading in pieces rejects with.
	 */
	whole?(): Uint8Array | undefined;
}

/**
 * Makes a body of a function that opens the bytes; it is called once for each reading.
 *
 * @param whole As `MigrationBody.whole`.
 */
export function migrationBody(
	open: () => AsyncIterable<Uint8Array>,
	whole?: () => Uint8Array | undefined,
): MigrationBody {
	const body: MigrationBody = {
		[Symbol.asyncIterator]: () => open()[Symbol.asyncIterator](),
		async text() {
			const decoder = createUtf8Decoder();
			let text = "";
			for await (const bytes of body) text += decoder.decode(bytes);
			decoder.end();
			return text;
		},
	};
	if (whole !== undefined) body.whole = whole;
	return body;
}

/** How long a text may be, in UTF-16 units, that is read at once, as one that is split at once is in memory many times over. */
const MAX_WHOLE_LENGTH = 16 * 1024;

/** Makes a body of a string. */
export function textBody(text: string): MigrationBody {
	const encode = (): Uint8Array => new TextEncoder().encode(text);
	return migrationBody(
		async function* () {
			yield encode();
		},
		() => (text.length <= MAX_WHOLE_LENGTH ? encode() : undefined),
	);
}
