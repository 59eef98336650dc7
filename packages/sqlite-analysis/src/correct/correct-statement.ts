import type { Statement } from "@godwit/sql";
import { columnNames } from "../effects/altered-columns.ts";
import { DOUBLE_QUOTED } from "../rules/double-quoted.ts";
import { readSchemaRows } from "../schema/schema-snapshot.ts";
import { asString, type QuotedToken, quotedTokens, withStrings } from "./quoted-tokens.ts";
import { type TrialSchema, tryStatement } from "./try-statement.ts";

/**
 * Finds the tokens of a statement that are strings in double quotes: the least set that SQLite wants in single ones.
 *
 * @returns None when SQLite takes the statement as it is, or refuses it all the same.
 */
export function wrongTokens(trial: TrialSchema, { sql, keyword }: Statement): readonly QuotedToken[] {
	const all = quotedTokens(sql);
	if (all.length === 0) return [];
	const refused = tryStatement(trial, sql, keyword);
	if (refused === undefined) return [];
	const strings = new Set<QuotedToken>();
	const answer = (): string | undefined => tryStatement(trial, withStrings(sql, strings), keyword);
	let failure: string | undefined = refused;
	while (failure !== undefined) {
		const wrong = namedBy(failure, all).filter((token) => !strings.has(token));
		if (wrong.length === 0) return [];
		for (const token of wrong) strings.add(token);
		failure = answer();
	}
	leaveNames(strings, () => answer() === undefined);
	return namesColumn(trial, sql, keyword, strings) ? [] : [...strings];
}

/** All tokens that the message may mean: it says the text, and not which one. */
function namedBy(failure: string, tokens: readonly QuotedToken[]): readonly QuotedToken[] {
	const [, text] = DOUBLE_QUOTED.exec(failure) ?? [];
	if (text !== undefined) return tokens.filter(({ value }) => value === text);
	return /^default value of column .* is not constant/.test(failure) ? tokens : [];
}

/** Gives double quotes back where SQLite takes them: an outer name is found only when the inner one is, so until none is left. */
function leaveNames(strings: Set<QuotedToken>, isTaken: () => boolean): void {
	for (let again = true; again; ) {
		again = false;
		for (const token of [...strings]) {
			strings.delete(token);
			if (isTaken()) again = true;
			else strings.add(token);
		}
	}
}

/** A column of a view, or of a table of a query's, that would be called after the string: it needs AS, which a person has to write. */
function namesColumn(
	{ connection }: TrialSchema,
	sql: string,
	keyword: string,
	strings: ReadonlySet<QuotedToken>,
): boolean {
	if (keyword !== "CREATE") return false;
	const texts = new Set([...strings].map(asString));
	connection.run("SAVEPOINT named");
	try {
		const before = new Set(readSchemaRows(connection).map(({ name }) => name));
		connection.run(withStrings(sql, strings));
		const made = readSchemaRows(connection).filter(
			({ name, type }) => !before.has(name) && /^(view|table)$/.test(type),
		);
		return made.some(({ name }) => columnNames(connection, name).some((column) => texts.has(column)));
	} finally {
		connection.run("ROLLBACK TO named");
		connection.run("RELEASE named");
	}
}
