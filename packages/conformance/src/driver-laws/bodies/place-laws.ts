import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { type Driver, migrationBody, textBody } from "@godwit/core";
import fc from "fast-check";
import { rejection } from "../../expectations.ts";
import { type Law, lawsOfOne } from "../../law.ts";
import type { Dialect, DriverCapability, DriverHarness } from "../driver-harness.ts";

/** What is on the lines before the statement that fails. */
const PIECES = ["statement", "statement on lines", "comment", "comment on lines", "empty line"] as const;
type Piece = (typeof PIECES)[number];

/** A body whose last statement but one fails. */
interface Layout {
	readonly pieces: readonly Piece[];
	readonly lineEnd: "\n" | "\r\n";
	readonly byteOrderMark: boolean;
	/** White space before the failing statement. */
	readonly indent: string;
	/** Whether a comment is before the failing statement, on its line. */
	readonly afterComment: boolean;
}

const anyLayout: fc.Arbitrary<Layout> = fc.record({
	pieces: fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }),
	lineEnd: fc.constantFrom("\n", "\r\n"),
	byteOrderMark: fc.boolean(),
	indent: fc.constantFrom("", "  ", "\t"),
	afterComment: fc.boolean(),
});

const PLAIN: Layout = { pieces: [], lineEnd: "\n", byteOrderMark: false, indent: "", afterComment: false };

/** Whatever the seed, these are checked first. */
const EXAMPLES: readonly Layout[] = [
	PLAIN,
	{ ...PLAIN, byteOrderMark: true },
	{ ...PLAIN, pieces: ["comment", "empty line", "statement"], indent: "  " },
	{ ...PLAIN, pieces: ["statement", "comment"], lineEnd: "\r\n", indent: "\t" },
	{ ...PLAIN, pieces: ["statement on lines", "comment on lines"], byteOrderMark: true, lineEnd: "\r\n" },
	{ ...PLAIN, pieces: ["statement"], afterComment: true },
	// More than is read at once.
	{ ...PLAIN, pieces: Array.from({ length: 3_000 }, () => "comment"), indent: "  " },
];

const BYTE_ORDER_MARK = "\uFEFF";

/** Bytes, characters and UTF-16 units are three different numbers. */
const NOT_ASCII = "größe 🐦";

/** What is promised of the places in errors: line and column in the body, from 1, columns in UTF-16 units. */
export const placeLaws: readonly Law<DriverHarness, DriverCapability>[] = lawsOfOne<DriverHarness, DriverCapability>([
	{
		id: "places/of-a-failing-statement",
		of: "ErrorDetails.ERR_SQL",
		async check(harness, { seed, numRuns, capabilities }) {
			await using driver = await harness.open();
			const placeless = !capabilities.has("places");
			const { line, column } = await placeOfFailure(driver, harness.dialect.failing);
			if (placeless && line === undefined && column === undefined) return;
			// An engine that knows the line alone is not asked for more.
			const lineAlone = placeless && column === undefined;
			const offset = lineAlone ? 0 : offsetOf(harness.dialect.failing, { line, column });
			let names = 0;
			const placed = fc.asyncProperty(anyLayout, async (layout) => {
				const { text, start } = write(harness.dialect, layout, () => `p${++names}`);
				const body = (layout.byteOrderMark ? BYTE_ORDER_MARK : "") + text;
				const place = placeIn(text, start + offset);
				const expected = lineAlone ? { ...place, column } : place;
				assert.deepEqual(await placeOfFailure(driver, body), expected, `in ${JSON.stringify(body.slice(-500))}`);
			});
			await fc.assert(placed, { seed, numRuns, examples: EXAMPLES.map((layout) => [layout]) });
		},
	},
	{
		id: "places/of-what-is-not-text",
		of: "ErrorDetails.ERR_INVALID_BODY",
		async check(harness) {
			const { dialect } = harness;
			await using driver = await harness.open();
			const before = [dialect.create("a"), dialect.comment(NOT_ASCII), ""].join("\r\n");
			const body = migrationBody(async function* () {
				yield new TextEncoder().encode(before + dialect.comment(""));
				yield Uint8Array.of(0xff);
			});
			const { details } = await rejection("ERR_INVALID_BODY", driver.run(body));
			assert.equal(details.line, 3, "the line of bytes that are not UTF-8");
			assert.ok(details.column >= 1, "columns are counted from 1");
		},
	},
	{
		id: "places/of-what-is-never-closed",
		of: "ErrorDetails.ERR_INVALID_BODY",
		async check(harness) {
			const { unclosed, create, comment } = harness.dialect;
			if (unclosed === undefined) return;
			await using driver = await harness.open();
			for (const mark of ["", BYTE_ORDER_MARK]) {
				const before = [create("a"), comment(NOT_ASCII), "\t"].join("\r\n");
				const text: string = `${mark}${before}${unclosed}\n${comment("more")}\n`;
				const { details } = await rejection("ERR_INVALID_BODY", driver.run(textBody(text)));
				assert.deepEqual({ line: details.line, column: details.column }, { line: 3, column: 2 }, JSON.stringify(text));
			}
		},
	},
]);

interface Place {
	/** `undefined` when the error says none. */
	readonly line: number | undefined;
	readonly column: number | undefined;
}

async function placeOfFailure(driver: Driver, text: string): Promise<Place> {
	const { details } = await rejection("ERR_SQL", driver.run(textBody(text)));
	return { line: details.line, column: details.column };
}

/**
 * Returns which character of a statement its error is placed at: the first one, or that of the word at which the engine
 * stopped. It is the same one wherever the statement is.
 */
function offsetOf(statement: string, place: Place): number {
	const offset = statement.split("").findIndex((_, index) => isDeepStrictEqual(placeIn(statement, index), place));
	const inWord = /^[\p{L}\p{N}_]{2}$/u.test(statement.slice(Math.max(offset - 1, 0), offset + 1));
	const shown = `line ${place.line}, column ${place.column}`;
	assert.ok(offset >= 0 && !inWord, `${shown} is not the place of ${statement}, nor of a word in it`);
	return offset;
}

function placeIn(text: string, offset: number): Place {
	const lines = text.slice(0, offset).split("\n");
	return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

interface Written {
	/** Without the byte order mark, which no place counts. */
	readonly text: string;
	/** Where the failing statement begins. */
	readonly start: number;
}

/** @param name Called for each object that is made; the name is a new one each time. */
function write(dialect: Dialect, { pieces, lineEnd, indent, afterComment }: Layout, name: () => string): Written {
	const { inlineComment, failing, create } = dialect;
	const lines = pieces.map((piece) => `${pieceText(dialect, piece, name)}\n`).join("");
	const comment = afterComment && inlineComment !== undefined ? `${inlineComment(NOT_ASCII)} ` : "";
	const before = (lines + indent + comment).replaceAll("\n", lineEnd);
	return { text: `${before}${failing}${lineEnd}${create(name())}${lineEnd}`, start: before.length };
}

/** What the language has no form for is written as it can be. */
function pieceText(dialect: Dialect, piece: Piece, name: () => string): string {
	const { create, createOnLines = create, comment, inlineComment = comment } = dialect;
	switch (piece) {
		case "statement":
			return create(name());
		case "statement on lines":
			return createOnLines(name());
		case "comment":
			return comment(NOT_ASCII);
		case "comment on lines":
			return inlineComment === comment ? comment(NOT_ASCII) : inlineComment(`${NOT_ASCII}\n${NOT_ASCII}`);
		case "empty line":
			return "";
	}
}
