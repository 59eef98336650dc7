import { createUtf8Decoder } from "./utf8-decoder.ts";

/** The bytes of one migration. Every reading starts at the beginning. */
export interface MigrationBody extends AsyncIterable<Uint8Array> {
	/**
	 * Reads the whole body as UTF-8, without a byte order mark.
	 *
	 * @throws MigrateError `ERR_INVALID_BODY` when the bytes are not UTF-8.
	 */
	text(): Promise<string>;
}

/** Makes a body of a function that opens the bytes; it is called once for each reading. */
export function migrationBody(open: () => AsyncIterable<Uint8Array>): MigrationBody {
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
	return body;
}

/** Makes a body of a string. */
export function textBody(text: string): MigrationBody {
	return migrationBody(async function* () {
		yield new TextEncoder().encode(text);
	});
}
