import { MigrateError } from "../migrate-error.ts";
import { type MigrationBody, migrationBody } from "./migration-body.ts";

const BLOCK_BYTES = 64 * 1024;
const NOTHING = new Uint8Array(0);

/**
 * Makes a body whose readings are all the same, or fail: what was judged on one reading is what runs on another. A reading that
 * does not repeat what an earlier one has given, as far as that went, rejects with `ERR_INVALID_BODY`, and gives no byte of the
 * block of 64 KiB that is different. One reading at a time.
 *
 * An earlier reading is kept as a hash of each block, and the block that it ended in as it is.
 */
export function steadyBody(body: MigrationBody): MigrationBody {
	/** A first reading that gave all at once, which is the only one of most bodies. */
	let first: Uint8Array | undefined;
	let seen: SeenBytes | undefined;

	function newReadingOfSame(): Reading {
		if (seen === undefined) {
			seen = seenBytes();
			if (first !== undefined) {
				seen.compareOrAdd(0, first);
				seen.end(first.length);
			}
		}
		return newReading(seen);
	}

	async function* inPieces(): AsyncGenerator<Uint8Array> {
		const reading = newReadingOfSame();
		for await (const chunk of body) yield* reading.compared(chunk);
		reading.end();
	}

	function whole(): Uint8Array | undefined {
		const bytes = body.whole?.();
		if (bytes === undefined) return undefined;
		assertBytes(bytes);
		if (first === undefined && seen === undefined && bytes.length <= BLOCK_BYTES) {
			// Its source may use the memory again.
			first = bytes.slice();
			return bytes;
		}
		const reading = newReadingOfSame();
		for (const _ of reading.compared(bytes));
		reading.end();
		return bytes;
	}

	return migrationBody(inPieces, body.whole && whole);
}

interface Reading {
	/** Gives of the bytes so far, in their order, what is known to be the same as before. */
	compared(chunk: Uint8Array): Iterable<Uint8Array>;
	/** @throws MigrateError `ERR_INVALID_BODY` when there was more before. */
	end(): void;
}

function newReading(seen: SeenBytes): Reading {
	/** How many bytes were taken. */
	let taken = 0;
	/** A block that is known by its hash, as far as it was read. */
	let block = NOTHING;

	/** Copies the begin of the bytes into the block. @returns How many. */
	function fillBlock(bytes: Uint8Array): number {
		if (block.length === 0) block = new Uint8Array(BLOCK_BYTES);
		const filled = taken % BLOCK_BYTES;
		const part = bytes.subarray(0, BLOCK_BYTES - filled);
		block.set(part, filled);
		return part.length;
	}

	return {
		*compared(chunk) {
			assertBytes(chunk);
			let at = 0;
			while (at < chunk.length && taken < seen.hashedBytes) {
				const length = fillBlock(chunk.subarray(at));
				at += length;
				taken += length;
				if (taken % BLOCK_BYTES !== 0) continue;
				seen.assertBlock(taken / BLOCK_BYTES - 1, block);
				yield block;
			}
			// An empty chunk is passed on, too.
			if (at > 0 && at === chunk.length) return;
			const rest = chunk.subarray(at);
			seen.compareOrAdd(taken, rest);
			taken += rest.length;
			yield rest;
		},
		end: () => seen.end(taken),
	};
}

/** For code without types. The array may be another realm's, where `instanceof` does not know it. */
function assertBytes(chunk: unknown): void {
	if (chunk instanceof Uint8Array || Object.prototype.toString.call(chunk) === "[object Uint8Array]") return;
	throw new TypeError(
		`a migration's body gives its bytes as Uint8Array, not as ${chunk === null ? "null" : typeof chunk}`,
	);
}

/** What the readings of a body have given, as far as the longest of them went. */
interface SeenBytes {
	/** How many are known by the hashes of their blocks. Those after them, less than a block, are kept as they are. */
	readonly hashedBytes: number;
	/** @throws MigrateError `ERR_INVALID_BODY` when this block was another one before. */
	assertBlock(index: number, block: Uint8Array<ArrayBuffer>): void;
	/** @param offset At least `hashedBytes`. @throws MigrateError `ERR_INVALID_BODY` when other bytes were there before. */
	compareOrAdd(offset: number, bytes: Uint8Array): void;
	/** @throws MigrateError `ERR_INVALID_BODY` when there were more bytes before. */
	end(length: number): void;
}

function seenBytes(): SeenBytes {
	const hashes: string[] = [];
	let last = NOTHING;
	let lastLength = 0;
	let ended = false;
	const hashedBytes = (): number => hashes.length * BLOCK_BYTES;

	function add(bytes: Uint8Array): void {
		for (let rest = bytes; rest.length > 0; ) {
			const part = rest.subarray(0, BLOCK_BYTES - lastLength);
			last = withRoom(last, lastLength + part.length);
			last.set(part, lastLength);
			lastLength += part.length;
			rest = rest.subarray(part.length);
			if (lastLength < BLOCK_BYTES) continue;
			hashes.push(hashOf(last));
			lastLength = 0;
		}
	}

	return {
		get hashedBytes() {
			return hashedBytes();
		},
		assertBlock(index, block) {
			if (hashes[index] !== hashOf(block)) throw changed();
		},
		compareOrAdd(offset, bytes) {
			const from = offset - hashedBytes();
			const known = Math.min(lastLength - from, bytes.length);
			for (let at = 0; at < known; at++) if (bytes[at] !== last[from + at]) throw changed();
			if (known === bytes.length) return;
			if (ended) throw changed();
			add(bytes.subarray(known));
		},
		end(length) {
			if (length < hashedBytes() + lastLength) throw changed();
			ended = true;
		},
	};
}

function withRoom(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
	if (length <= bytes.length) return bytes;
	const larger = new Uint8Array(Math.min(Math.max(length, 2 * bytes.length), BLOCK_BYTES));
	larger.set(bytes);
	return larger;
}

/** 128 bits in the manner of xxHash; against accidents, which is what an edited file is. */
function hashOf(block: Uint8Array<ArrayBuffer>): string {
	const words = new Int32Array(block.buffer);
	let one = 0;
	let two = 0;
	let three = 0;
	let four = 0;
	// Four sums do not wait for each other, and the array's iterator takes ten times as long.
	for (let at = 0; at < words.length; at += 4) {
		one = stirred(one, words[at] as number);
		two = stirred(two, words[at + 1] as number);
		three = stirred(three, words[at + 2] as number);
		four = stirred(four, words[at + 3] as number);
	}
	return [one, two, three, four].join();
}

/** One round of XXH32, see https://github.com/Cyan4973/xxHash */
function stirred(sum: number, word: number): number {
	const next = (sum + Math.imul(word, 0x85eb_ca77)) | 0;
	return Math.imul((next << 13) | (next >>> 19), 0x9e37_79b1);
}

function changed(): MigrateError<"ERR_INVALID_BODY"> {
	const message =
		"the file gave other text than when it was read before, so what was checked is not what would run; run it again when nothing writes to the file";
	return new MigrateError("ERR_INVALID_BODY", message, { line: 1, column: 1, problem: "changed" });
}
