import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { migrationBody, textBody } from "../../src/body/migration-body.ts";
import { isMigrateError } from "../../src/migrate-error.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const utf8 = new TextEncoder();

async function* chunksOf(...chunks: readonly (string | readonly number[])[]): AsyncGenerator<Uint8Array> {
	for (const chunk of chunks) yield typeof chunk === "string" ? utf8.encode(chunk) : Uint8Array.from(chunk);
}

async function* cutAt(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
	const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
	for (const [index, place] of places.slice(1).entries()) yield bytes.subarray(places[index], place);
}

async function decoded(chunks: AsyncIterable<Uint8Array>): Promise<string> {
	return migrationBody(() => chunks).text();
}

/** The decoded text, or the line of the first error. */
async function verdict(chunks: AsyncIterable<Uint8Array>): Promise<string | number> {
	try {
		return await decoded(chunks);
	} catch (error) {
		if (isMigrateError(error, "ERR_INVALID_BODY")) return error.details.line;
		throw error;
	}
}

/** The same by TextDecoder, one byte at a time. */
function expectedVerdict(bytes: Uint8Array): string | number {
	const decoder = new TextDecoder("utf-8", { fatal: true });
	let line = 1;
	let text = "";
	try {
		for (const byte of bytes) {
			text += decoder.decode(Uint8Array.of(byte), { stream: true });
			if (byte === 10) line++;
		}
		return text + decoder.decode();
	} catch {
		return line;
	}
}

describe("Utf8Decoder", () => {
	it("leaves out a byte order mark at the start, also one in pieces, and only there", async () => {
		expect(await decoded(chunksOf([0xef, 0xbb, 0xbf], "a\ufeffb"))).toBe("a\ufeffb");
		expect(await decoded(chunksOf([0xef], [0xbb], [0xbf, 0x61]))).toBe("a");
		expect(await decoded(chunksOf([0xef, 0xbb, 0xbf]))).toBe("");
	});

	it("decodes nothing to nothing", async () => {
		expect(await decoded(chunksOf())).toBe("");
		expect(await decoded(chunksOf([], []))).toBe("");
	});

	it("keeps CRLF and NUL", async () => {
		expect(await decoded(chunksOf("a\r", "\n\0"))).toBe("a\r\n\0");
	});

	it.each<[string, readonly (string | readonly number[])[], number]>([
		["a stray byte on line 1", [[0xff]], 1],
		["Latin-1 on line 3", ["a\nb\n", [0xe9, 0x0a]], 3],
		["Latin-1 before the end of a line", ["a\n", [0xe9], "\nb\n"], 2],
		["a character that the end of the file cuts", ["a\nb", [0xe2, 0x82]], 2],
		["a cut character at the end of a file that ends in a chunk of nothing", ["a\n", [0xf0, 0x9f], [], []], 2],
		["a cut character whose rest in the next chunk is wrong", ["a\n\n", [0xf0, 0x9f], [0x98], "x\n"], 3],
		[
			"a good line after a cut character, then a bad one",
			[
				[0xe2, 0x82],
				[0xac, 0x0a, 0x80, 0x0a, 0x80],
			],
			2,
		],
		["a surrogate", ["\n", [0xed, 0xa0, 0x80]], 2],
		["an overlong slash", ["\n\n", [0xc0, 0xaf]], 3],
	])("names the line of %s", async (_, chunks, line) => {
		await expect(decoded(chunksOf(...chunks))).rejects.toMatchObject({
			code: "ERR_INVALID_BODY",
			message: `line ${line} is not valid UTF-8; save the file as UTF-8`,
			details: { line, column: 1, problem: "invalid-utf-8" },
			cause: expect.any(TypeError),
		});
	});

	it("agrees with TextDecoder wherever the chunks of a text are cut", async () => {
		const cuts = fc.array(fc.nat(200), { maxLength: 8 });
		const property = fc.asyncProperty(fc.string({ unit: "binary" }), cuts, async (text, places) => {
			const bytes = utf8.encode(text);
			expect(await verdict(cutAt(bytes, places))).toBe(new TextDecoder().decode(bytes));
		});
		await fc.assert(property, { seed, numRuns: 300 });
	});

	it("finds the line of the first wrong byte wherever the chunks are cut", async () => {
		// Few values, so that characters, half characters and line ends meet often.
		const byte = fc.constantFrom(
			0x0a,
			0x61,
			0xc3,
			0xa9,
			0xe2,
			0x82,
			0xac,
			0xf0,
			0x9f,
			0x98,
			0x80,
			0xff,
			0xef,
			0xbb,
			0xbf,
		);
		const character = fc.constantFrom([0x0a], [0x61], [0xc3, 0xa9], [0xe2, 0x82, 0xac], [0xf0, 0x9f, 0x98, 0x80]);
		const good = fc.array(character, { maxLength: 8 }).map((characters) => characters.flat());
		const bytes = fc.tuple(good, fc.array(byte, { maxLength: 6 }), good).map((parts) => Uint8Array.from(parts.flat()));
		const cuts = fc.array(fc.nat(40), { maxLength: 8 });
		const property = fc.asyncProperty(bytes, cuts, async (all, places) => {
			expect(await verdict(cutAt(all, places))).toBe(expectedVerdict(all));
		});
		await fc.assert(property, { seed, numRuns: 2000 });
	});

	it("passes on a failure to read", async () => {
		const failure = new Error("disk");
		async function* broken(): AsyncGenerator<Uint8Array> {
			yield utf8.encode("a");
			throw failure;
		}
		await expect(decoded(broken())).rejects.toBe(failure);
	});
});

describe("migrationBody", () => {
	it("opens the bytes anew for every reading, and not before", async () => {
		let opened = 0;
		const body = migrationBody(() => {
			opened++;
			return chunksOf("select ", [0xc3], [0xa9]);
		});
		expect(opened).toBe(0);
		expect([await body.text(), await body.text()]).toEqual(["select é", "select é"]);
		expect(opened).toBe(2);
	});
});

describe("textBody", () => {
	it("reads back as the text", async () => {
		expect(await textBody("select 'é😀'").text()).toBe("select 'é😀'");
	});
});
