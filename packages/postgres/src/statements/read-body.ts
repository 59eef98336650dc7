import { createUtf8Decoder, type MigrationBody } from "@godwit/core";
import {
	BODY_START,
	type Comment,
	type Directive,
	invalidBody,
	type Place,
	placeFrom,
	readDirectives,
	type Statement,
} from "@godwit/sql";
import { assertOnServer } from "./for-psql.ts";
import { type SplitText, splitStatements } from "./split-statements.ts";
import { type Unclosed, UnclosedText } from "./tokens.ts";

/** A statement, with where it is in the text of its body. */
export interface PlacedStatement extends Statement {
	/** In UTF-16 units. */
	readonly start: number;
	readonly end: number;
	/** Its first words in upper case. */
	readonly words: readonly string[];
}

/** A whole body. */
export interface ReadBody {
	/** Without a byte order mark. */
	readonly text: string;
	readonly directives: ReadonlySet<Directive>;
	readonly statements: readonly PlacedStatement[];
}

/**
 * Reads a body to its end and splits it.
 *
 * @throws MigrateError `ERR_INVALID_BODY`; what the body throws.
 */
export async function readBody(body: MigrationBody): Promise<ReadBody> {
	return readText(await textOf(body));
}

/** Splits a whole text. @throws MigrateError `ERR_INVALID_BODY` */
export function readText(text: string): ReadBody {
	const nul = text.indexOf("\0");
	if (nul !== -1) throw invalidBody("nul-byte", placeIn(text, nul), nulMessage(placeIn(text, nul)));
	const { statements, head } = split(text);
	const comments: readonly Comment[] = head.map(({ start, end }) => ({
		text: text.slice(start, end),
		...placeIn(text, start),
	}));
	let place = BODY_START;
	let at = 0;
	const placed = statements.map(({ start, end, words }) => {
		place = placeFrom(place, text, at, start);
		at = start;
		return { sql: text.slice(start, end), keyword: words[0] ?? "", ...place, start, end, words };
	});
	return { text, directives: readDirectives(comments), statements: placed };
}

async function textOf(body: MigrationBody): Promise<string> {
	const bytes = body.whole?.();
	if (bytes === undefined) return body.text();
	const decoder = createUtf8Decoder();
	const text = decoder.decode(bytes);
	decoder.end();
	return text;
}

function split(text: string): SplitText {
	try {
		return splitStatements(text, (span) => assertOnServer(text, span, (offset) => placeIn(text, offset)));
	} catch (error) {
		if (!(error instanceof UnclosedText)) throw error;
		const place = placeIn(text, error.start);
		throw invalidBody(`unclosed-${error.what.replace(" ", "-")}`, place, unclosedMessage(error.what, place));
	}
}

function placeIn(text: string, offset: number): Place {
	return placeFrom(BODY_START, text, 0, offset);
}

function nulMessage({ line, column }: Place): string {
	return `NUL character (U+0000) at line ${line}, column ${column}: PostgreSQL takes none; remove it, or save the file as UTF-8 if it is UTF-16`;
}

const ADVICE: Readonly<Record<Unclosed, string>> = {
	string: "add the missing ' (a quote inside a string is written '', and \\' only in E'...')",
	identifier: 'add the missing "',
	comment: "add the missing */ (comments nest, so each /* needs its own)",
	"dollar-quoted string": "add the closing tag, which is the same as the opening one",
};

function unclosedMessage(what: Unclosed, { line, column }: Place): string {
	const name = what === "identifier" ? "quoted identifier" : what;
	return `${name} opened at line ${line}, column ${column} is never closed; ${ADVICE[what]}`;
}
