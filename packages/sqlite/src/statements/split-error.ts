/** What keeps SQL text from being split into statements. */
export type SplitProblem =
	| "nul-byte"
	| "unclosed-string"
	| "unclosed-identifier"
	| "unclosed-comment"
	| "statement-too-long";

const messages: Record<SplitProblem, (place: string) => string> = {
	"nul-byte": (place) =>
		`NUL character (U+0000) at ${place}: SQLite would silently ignore everything after it; remove it, or save the file as UTF-8 if it is UTF-16`,
	"unclosed-string": (place) =>
		`string opened at ${place} is never closed; add the missing ' (a quote inside a string is written '')`,
	"unclosed-identifier": (place) =>
		`quoted identifier opened at ${place} is never closed; add the missing closing quote or bracket`,
	"unclosed-comment": (place) =>
		`comment opened at ${place} is never closed; add the missing */ (SQLite would ignore everything after the /*)`,
	"statement-too-long": (place) =>
		`statement or comment at ${place} is longer than a JavaScript string can be; look for a missing quote, ")" or END, or split it`,
};

/** Reports SQL text that cannot be split into statements. Holds no SQL of the migration. */
export class SplitError extends Error {
	override readonly name = "SplitError";
	readonly problem: SplitProblem;
	/** 1-based line of the NUL, of the opening delimiter, or of the first token of the long statement. */
	readonly line: number;
	/** 1-based column in UTF-16 units; a BOM at the start of the body is not counted. */
	readonly column: number;

	constructor(problem: SplitProblem, line: number, column: number) {
		super(messages[problem](`line ${line}, column ${column}`));
		this.problem = problem;
		this.line = line;
		this.column = column;
	}
}
