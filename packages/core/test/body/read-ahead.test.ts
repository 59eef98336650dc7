import { describe, expect, it } from "vitest";
import { type MigrationBody, migrationBody } from "../../src/body/migration-body.ts";
import { readAhead } from "../../src/body/read-ahead.ts";

interface WatchedBody extends MigrationBody {
	readonly seen: { opened: number; bytes: number; closed: number };
}

/** A body that counts; after the last chunk it throws `failure` if there is one. */
function watchedBody(chunks: readonly Uint8Array[], failure?: Error): WatchedBody {
	const seen = { opened: 0, bytes: 0, closed: 0 };
	const body = migrationBody(async function* () {
		seen.opened++;
		try {
			for (const chunk of chunks) {
				seen.bytes += chunk.length;
				yield chunk;
			}
			if (failure !== undefined) throw failure;
		} finally {
			seen.closed++;
		}
	});
	return { ...body, seen };
}

const letters = ["a", "b", "c"].map((letter) => new TextEncoder().encode(letter));
/** Fifty chunks of 10 kB, told apart by their first byte. */
const large = Array.from({ length: 50 }, (_, index) => new Uint8Array(10_000).fill(index));

/** The first byte of each 10 kB, whatever the chunks that they come in. */
async function firstBytes(body: AsyncIterable<Uint8Array>): Promise<readonly number[]> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of body) chunks.push(Uint8Array.from(chunk));
	return [...Buffer.concat(chunks)].filter((_, at) => at % 10_000 === 0);
}

describe("readAhead", () => {
	it("begins to read before anybody asks", async () => {
		const body = watchedBody(letters);
		await readAhead(body).close();
		expect(body.seen).toEqual({ opened: 1, bytes: 3, closed: 1 });
	});

	it("holds 100 kB and no more until it is read", async () => {
		const body = watchedBody(large);
		await readAhead(body).close();
		expect(body.seen).toEqual({ opened: 1, bytes: 100_000, closed: 1 });
	});

	it("gives every chunk once and in order, those ahead and the rest", async () => {
		const body = watchedBody(large);
		const ahead = readAhead(body);
		expect(await firstBytes(ahead.body)).toEqual([...large.keys()]);
		expect(body.seen).toEqual({ opened: 1, bytes: 500_000, closed: 1 });
		await ahead.close();
		expect(body.seen.closed).toBe(1);
	});

	it("has the text of the body", async () => {
		expect(await readAhead(watchedBody(letters)).body.text()).toBe("abc");
	});

	it("closes the body when the reader stops early", async () => {
		const body = watchedBody(large);
		for await (const chunk of readAhead(body).body) if (chunk[0] === 20) break;
		expect(body.seen).toEqual({ opened: 1, bytes: 210_000, closed: 1 });
	});

	it("closes the body when the reader stops within what was ahead", async () => {
		const body = watchedBody(large);
		for await (const _ of readAhead(body).body) break;
		expect(body.seen).toEqual({ opened: 1, bytes: 100_000, closed: 1 });
	});

	it("has nothing more to give once the reader has stopped", async () => {
		const chunks = readAhead(watchedBody(large)).body[Symbol.asyncIterator]();
		await chunks.next();
		await chunks.return?.();
		expect(await chunks.next()).toEqual({ done: true, value: undefined });
	});

	it("opens the body again for a second reading", async () => {
		const body = watchedBody(large);
		const ahead = readAhead(body);
		for await (const _ of ahead.body) break;
		expect(await firstBytes(ahead.body)).toEqual([...large.keys()]);
		expect(body.seen).toMatchObject({ opened: 2, closed: 2 });
	});

	it("opens the body again for a reading after close, so that nothing is cut off", async () => {
		const ahead = readAhead(watchedBody(large));
		await ahead.close();
		expect(await firstBytes(ahead.body)).toEqual([...large.keys()]);
	});

	it.each([
		["ahead", letters],
		["past what is ahead", large],
	])("throws a failure to read %s to the reader, after the chunks before it", async (_, chunks) => {
		const failure = new Error("disk");
		const body = watchedBody(chunks, failure);
		const ahead = readAhead(body);
		const read: Uint8Array[] = [];
		const reading = async (): Promise<void> => {
			for await (const chunk of ahead.body) read.push(chunk);
		};
		await expect(reading()).rejects.toBe(failure);
		expect(read).toEqual(chunks);
		await ahead.close();
		expect(body.seen.closed).toBe(1);
	});

	it("keeps what is ahead although the body uses its buffer again", async () => {
		const buffer = new Uint8Array(10_000);
		const body = migrationBody(async function* () {
			for (const chunk of large) {
				buffer.set(chunk);
				yield buffer;
			}
			buffer.fill(255);
		});
		const ahead = readAhead(body);
		expect(await firstBytes(ahead.body)).toEqual([...large.keys()]);
		expect(await firstBytes(ahead.body)).toEqual([...large.keys()]);
	});

	it("fails a second reading that is not what was ahead", async () => {
		let count = 0;
		const ahead = readAhead(migrationBody(() => watchedBody(count++ === 0 ? letters : letters.slice(0, 2))));
		for await (const _ of ahead.body) break;
		await expect(firstBytes(ahead.body)).rejects.toMatchObject({ code: "ERR_INVALID_BODY" });
	});

	it("keeps a failure to itself when nobody reads", async () => {
		const body = watchedBody(letters, new Error("disk"));
		await readAhead(body).close();
		expect(body.seen.closed).toBe(1);
	});

	it("closes what has no end to tell of", async () => {
		const chunk = new Uint8Array(200_000);
		const endless: MigrationBody = migrationBody(() => ({
			[Symbol.asyncIterator]: () => ({ next: async () => ({ value: chunk }) }),
		}));
		await expect(readAhead(endless).close()).resolves.toBeUndefined();
	});

	it("does not read what can be read at once before its reader asks, in either way", async () => {
		const chunked = watchedBody(letters);
		const bytes = new TextEncoder().encode("abc");
		const progress: number[] = [];
		const ahead = readAhead({ ...chunked, whole: () => bytes }, (count) => progress.push(count));
		expect(chunked.seen.opened).toBe(0);
		expect(ahead.body.whole?.()).toBe(bytes);
		expect(progress).toEqual([3]);
		expect(await ahead.body.text()).toBe("abc");
		expect(progress).toEqual([3, 1, 2, 3]);
		expect(chunked.seen.opened).toBe(1);
		expect(ahead.waiting).toBe(false);
		await ahead.close();
	});

	it("tells of nothing where there is nothing at once, and passes a failure on", () => {
		const progress: number[] = [];
		const of = (whole: () => Uint8Array | undefined) =>
			readAhead({ ...watchedBody(letters), whole }, (count) => progress.push(count)).body.whole?.();
		expect(of(() => undefined)).toBeUndefined();
		expect(of(() => new Uint8Array())).toEqual(new Uint8Array());
		const failure = new Error("disk");
		const failing = (): never => {
			throw failure;
		};
		expect(() => of(failing)).toThrow(failure);
		expect(progress).toEqual([]);
	});
});
