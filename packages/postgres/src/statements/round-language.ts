import { placeFrom, type RoundLanguage } from "@godwit/sql";
import { splitStatements } from "./split-statements.ts";
import { type CommentSpan, skipGap, type Token, tokenAt, UnclosedText } from "./tokens.ts";

/** PostgreSQL's language, as rounds need it. */
export const roundLanguage: RoundLanguage = {
	nextToken,
	skipGap: gapEnd,
	split: (text, start) =>
		splitStatements(text).statements.map((span) => ({
			sql: text.slice(span.start, span.end),
			keyword: span.words[0] ?? "",
			...placeFrom(start, text, 0, span.start),
		})),
	changedTable: (sql) => targetOf(sql)?.expression,
	limits: new Set(["LIMIT", "FETCH", "OFFSET"]),
};

/** What a statement changes. */
export interface Target {
	/** A table or a view, with its schema and quotes as they are written. */
	readonly name: string;
	/** As it is written after FROM: with ONLY. */
	readonly expression: string;
}

/** UPDATE [ONLY] NAME, DELETE FROM [ONLY] NAME and INSERT INTO NAME. */
export function targetOf(sql: string): Target | undefined {
	let token = nextToken(sql, nextToken(sql, 0)?.end ?? 0);
	if (token?.word === "FROM" || token?.word === "INTO") token = nextToken(sql, token.end);
	const from = token?.start;
	if (token?.word === "ONLY") token = nextToken(sql, token.end);
	if (token === undefined || from === undefined) return undefined;
	let { end } = token;
	for (let dot = nextToken(sql, end); dot !== undefined && sql.charAt(dot.start) === "."; dot = nextToken(sql, end)) {
		end = nextToken(sql, dot.end)?.end ?? dot.end;
	}
	return { name: sql.slice(token.start, end), expression: sql.slice(from, end) };
}

function nextToken(sql: string, from: number): Token | undefined {
	const at = gapEnd(sql, from);
	if (at === sql.length || sql.startsWith("--", at) || sql.startsWith("/*", at)) return undefined;
	try {
		return tokenAt(sql, at);
	} catch (error) {
		if (error instanceof UnclosedText) return undefined;
		throw error;
	}
}

/** A line comment has to end with its line: at the end of a part of a text it goes on in what comes next. */
function gapEnd(sql: string, from: number): number {
	const comments: CommentSpan[] = [];
	try {
		const end = skipGap(sql, from, (comment) => comments.push(comment));
		const last = comments.at(-1);
		const goesOn = last !== undefined && last.end === sql.length && sql.startsWith("--", last.start);
		return goesOn ? last.start : end;
	} catch (error) {
		if (error instanceof UnclosedText) return error.start;
		throw error;
	}
}
