import { type Place, placeFrom, RULES, type Rule, readDirectives } from "@godwit/sql";

/** A comment of its own line that allows something, with nothing but a line end behind it. */
const LAST_LINE = /(?:^|\n)[\t ]*(--\s*godwit:\s*allow\b[^\n]*)\n[\t ]*$/;

/**
 * Reads what the last line of the text before a statement allows the statement.
 *
 * @param gap White space and comments up to the statement.
 * @param start Where the gap begins.
 * @throws MigrateError `ERR_INVALID_BODY` for a rule that does not exist.
 */
export function allowedRules(gap: string, start: Place): ReadonlySet<Rule> | undefined {
	// Nearly every gap is a line end.
	if (!gap.includes("godwit:")) return undefined;
	const match = LAST_LINE.exec(gap);
	const [, comment] = match ?? [];
	if (match === null || comment === undefined) return undefined;
	const text = comment.trimEnd();
	const place = placeFrom(start, gap, 0, match.index + match[0].indexOf(comment));
	const directives = readDirectives([{ text, ...place }]);
	return new Set(RULES.filter((rule) => directives.has(`allow ${rule}`)));
}
