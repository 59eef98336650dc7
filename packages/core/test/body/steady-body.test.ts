import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MigrationBody, migrationBody } from "../../src/body/migration-body.ts";
import { steadyBody } from "../../src/body/steady-body.ts";
import { isMigrateError } from "../../src/index.ts";

const BLOCK = 64 * 1024;

/** Bytes without a period. */
function bytesOf(length: number): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(length);
	for (let at = 0, value = 1; at < length; at++) {
		value = (Math.imul(value, 1_103_515_245) + 12_345) | 0;
		bytes[at] = value >>> 24;
	}
	return bytes;
}

/** A body whose n-th reading gives the n-th bytes, in chunks of these sizes in turn, all in one buffer that is used again. */
function bodyOf(readings: readonly Uint8Array[], sizes: readonly number[]): MigrationBody {
	let count = 0;
	return migrationBody(async function* () {
		const bytes = readings[Math.min(count++, readings.length - 1)] as Uint8Array;
		const buffer = new Uint8Array(Math.max(...sizes));
		for (let at = 0, turn = 0; at < bytes.length; turn++) {
			const part = bytes.subarray(at, at + (sizes[turn % sizes.length] as number));
			buffer.fill(0).set(part);
			yield buffer.subarray(0, part.length);
			at += part.length;
		}
	});
}

/** Reads until the body ends, fails or has given `limit` bytes. */
async function read(
	body: MigrationBody,
	limit = Number.POSITIVE_INFINITY,
): Promise<{ bytes: Buffer; error?: unknown }> {
	const chunks: Buffer[] = [];
	let length = 0;
	try {
		for await (const chunk of body) {
			chunks.push(Buffer.from(chunk));
			length += chunk.length;
			if (length >= limit) break;
		}
	} catch (error) {
		return { bytes: Buffer.concat(chunks), error };
	}
	return { bytes: Buffer.concat(chunks) };
}

function isChanged(error: unknown): boolean {
	return isMigrateError(error, "ERR_INVALID_BODY") && error.details.problem === "changed";
}

const anySizes = fc
	.array(fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.constantFrom(BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK)), {
		minLength: 1,
		maxLength: 4,
	})
	.filter((sizes) => Math.max(...sizes) > 4_000);
const anyLength = fc.oneof(
	fc.constantFrom(0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 5, 4 * BLOCK - 1),
	fc.integer({ min: 0, max: 4 * BLOCK }),
);

describe("steadyBody", () => {
	it("gives what the body gives, at every reading, however far the ones before went", async () => {
		const property = fc.asyncProperty(
			anyLength,
			anySizes,
			fc.array(anyLength, { maxLength: 3 }),
			async (length, sizes, limits) => {
				const bytes = bytesOf(length);
				const body = steadyBody(bodyOf([bytes], sizes));
				for (const limit of limits) {
					const part = await read(body, limit);
					expect(part.error).toBeUndefined();
					expect(part.bytes.equals(bytes.subarray(0, part.bytes.length))).toBe(true);
				}
				for (let time = 0; time < 2; time++) {
					const whole = await read(body);
					expect(whole.error).toBeUndefined();
					expect(whole.bytes.equals(bytes)).toBe(true);
				}
			},
		);
		await fc.assert(property, { seed: 1, numRuns: 60 });
	});

	it("fails where a reading is not what an earlier one was, before it gives the block that is different", async () => {
		const anyChange = fc.record({
			at: fc.nat(4 * BLOCK),
			kind: fc.constantFrom("byte", "shorter", "longer", "inserted"),
		});
		const property = fc.asyncProperty(anyLength, anySizes, anyChange, async (length, sizes, { at, kind }) => {
			const first = bytesOf(length);
			const place = length === 0 ? 0 : at % length;
			const second = Buffer.concat([
				first.subarray(0, kind === "longer" ? length : place),
				kind === "byte" ? Buffer.of((first[place] ?? 0) ^ 0x80) : Buffer.alloc(kind === "shorter" ? 0 : 1),
				kind === "byte" ? first.subarray(place + 1) : kind === "inserted" ? first.subarray(place) : Buffer.alloc(0),
			]);
			fc.pre(!second.equals(first));
			const body = steadyBody(bodyOf([first, second], sizes));
			await read(body);
			const { bytes, error } = await read(body);
			expect(isChanged(error)).toBe(true);
			expect(bytes.equals(first.subarray(0, bytes.length))).toBe(true);
		});
		await fc.assert(property, { seed: 1, numRuns: 100 });
	});

	it("fails where a reading is not what an earlier one was that was not read to its end", async () => {
		const first = bytesOf(3 * BLOCK);
		const body = steadyBody(
			bodyOf([first, first.subarray(0, 10_000), bytesOf(3 * BLOCK).fill(1, 25_000, 25_001)], [10_000]),
		);
		expect((await read(body, 30_000)).bytes).toHaveLength(30_000);
		expect(isChanged((await read(body)).error)).toBe(true);
		const { bytes, error } = await read(body);
		expect(isChanged(error)).toBe(true);
		expect(bytes).toHaveLength(20_000);
	});

	it("compares what is read at once, with itself and with pieces", async () => {
		for (const length of [0, 10, BLOCK, 2 * BLOCK + 5]) {
			const texts = [bytesOf(length), bytesOf(length), bytesOf(length + 1)];
			let count = 0;
			const body = steadyBody(
				migrationBody(
					async function* () {
						yield texts[count++] as Uint8Array;
					},
					() => texts[count++],
				),
			);
			expect(body.whole?.()).toBe(texts[0]);
			expect((await read(body)).bytes.equals(bytesOf(length))).toBe(true);
			expect(() => body.whole?.()).toThrow(expect.objectContaining({ code: "ERR_INVALID_BODY" }));
		}
		expect(steadyBody(migrationBody(() => bodyOf([], [1]))).whole).toBeUndefined();
	});

	it("compares with what was read at once, and not with what its memory holds now", async () => {
		const buffer = Uint8Array.of(1, 2, 3);
		const body = steadyBody(
			migrationBody(
				async function* () {
					yield buffer;
				},
				() => buffer,
			),
		);
		expect(body.whole?.()).toEqual(Uint8Array.of(1, 2, 3));
		buffer.set([1, 2, 4]);
		expect(() => body.whole?.()).toThrow(expect.objectContaining({ code: "ERR_INVALID_BODY" }));
		expect((await read(body)).error).toMatchObject({ code: "ERR_INVALID_BODY" });
	});

	it("passes a failure to read on, and reads again after it", async () => {
		const failure = new Error("disk");
		let fails = true;
		const body = steadyBody(
			migrationBody(async function* () {
				yield bytesOf(10);
				if (fails) throw failure;
				yield bytesOf(10);
			}),
		);
		expect((await read(body)).error).toBe(failure);
		fails = false;
		expect((await read(body)).bytes).toHaveLength(20);
	});

	it.each([
		["string", "CREATE TABLE t (a);"],
		["undefined", undefined],
		["null", null],
	])("says what a body gives that are no bytes: %s", async (name, chunk) => {
		const body = steadyBody(
			migrationBody(async function* () {
				yield chunk as never;
			}),
		);
		const { error } = await read(body);
		expect(error).toEqual(new TypeError(`a migration's body gives its bytes as Uint8Array, not as ${name}`));
	});
});
