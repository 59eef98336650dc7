import type { MigrateError } from "@godwit/core";
import { invalidBody, type Place } from "@godwit/sql";

/** Why a SQL text cannot be split into statements. */
export type TextProblem =
	| "nul-byte"
	| "unclosed-string"
	| "unclosed-identifier"
	| "unclosed-comment"
	| "carriage-return"
	| "statement-too-long";

const MESSAGES: Record<TextProblem, (place: string) => string> = {
	"nul-byte": (place) =>
		`NUL character (U+0000) at ${place}: SQLite would silently ignore everything after it; remove it, or save the file as UTF-8 if it is UTF-16`,
	"unclosed-string": (place) =>
		`string opened at ${place} is never closed; add the missing ' (a quote inside a string is written '')`,
	"unclosed-identifier": (place) =>
		`quoted identifier opened at ${place} is never closed; add the missing closing quote or bracket`,
	"unclosed-comment": (place) =>
		`comment opened at ${place} is never closed; add the missing */ (SQLite would ignore everything after the /*)`,
	"carriage-return": (place) =>
		`carriage return at ${place} does not end the comment for SQLite, which would silently ignore the statement after it; write the file with LF or CRLF`,
	"statement-too-long": (place) =>
		`statement or comment at ${place} is longer than a JavaScript string can be; look for a missing quote, ")" or END, or split it`,
};

/** Reports a text that cannot be split. The message holds no SQL of the migration. */
export function invalidText(problem: TextProblem, place: Place): MigrateError<"ERR_INVALID_BODY"> {
	const message = MESSAGES[problem](`line ${place.line}, column ${place.column}`);
	return invalidBody(problem, place, message);
}
