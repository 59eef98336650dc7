import { createUtf8Decoder, type MigrationBody } from "@godwit/core";
import { BODY_START, type Place, placeFrom } from "@godwit/sql";
import { invalidText } from "./invalid-text.ts";

// V8's String::kMaxLength on 64-bit systems: a longer string cannot be made.
const MAX_LENGTH = 0x1fff_ffe8;

/** The part of a body's text that was read and is still needed. A body of any length needs little memory. */
export class BodyText {
	readonly #chunks: AsyncIterator<Uint8Array>;
	readonly #decoder = createUtf8Decoder();
	/** Read, but not yet added, since the string would be too long. */
	#waiting = "";
	#text = "";
	#start = BODY_START;
	#ended = false;

	constructor(body: MigrationBody) {
		this.#chunks = body[Symbol.asyncIterator]();
	}

	get text(): string {
		return this.#text;
	}

	/** Where `text` begins. */
	get start(): Place {
		return this.#start;
	}

	/** Whether the text reaches to the end of the body. */
	get ended(): boolean {
		return this.#ended;
	}

	/**
	 * Adds at least one chunk, and further ones until the text has this length or the body ends. Stops earlier, after at
	 * least one chunk, when the string would be too long.
	 *
	 * @throws MigrateError `ERR_INVALID_BODY` for bytes that are not UTF-8, for a NUL, and when not even one chunk can be added.
	 */
	async grow(length: number): Promise<void> {
		for (let added = false; !this.#ended && !(added && this.#text.length >= length); added = true) {
			const more = this.#waiting === "" ? await this.#readChunk() : this.#waiting;
			this.#waiting = "";
			if (this.#text.length + more.length > MAX_LENGTH) {
				if (!added) throw invalidText("statement-too-long", this.#start);
				this.#waiting = more;
				return;
			}
			this.#text += more;
		}
	}

	async #readChunk(): Promise<string> {
		const chunk = await this.#chunks.next();
		if (chunk.done) {
			this.#decoder.end();
			this.#ended = true;
			return "";
		}
		const more = this.#decoder.decode(chunk.value);
		assertNoNul(more, () => this.placeOf(this.#text.length));
		return more;
	}

	/** Returns the place of an offset in the text. */
	placeOf(offset: number): Place {
		return placeFrom(this.#start, this.#text, 0, offset);
	}

	/** Drops the text before an offset. */
	drop(offset: number): void {
		this.#start = this.placeOf(offset);
		this.#text = this.#text.slice(offset);
	}

	/** Replaces the text by a shorter one. The text after it keeps its place. */
	shorten(text: string): void {
		const { line, column } = this.placeOf(this.#text.length);
		this.#start = { line, column: column - text.length };
		this.#text = text;
	}

	/** Closes the body. */
	async close(): Promise<void> {
		await this.#chunks.return?.();
	}
}

/** @param start Returns where the text begins. @throws MigrateError `ERR_INVALID_BODY` */
export function assertNoNul(text: string, start: () => Place): void {
	const nul = text.indexOf("\0");
	if (nul !== -1) throw invalidText("nul-byte", placeFrom(start(), text, 0, nul));
}
