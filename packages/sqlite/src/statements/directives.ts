import { nearestName } from "@godwit/core";
import { hidingCarriageReturn } from "./carriage-return.ts";
import { invalidBody, invalidText } from "./invalid-body.ts";
import { type Place, placeFrom } from "./place.ts";

/** What the comment `-- godwit: NAME` before the first statement of a file can ask for. */
const DIRECTIVES = [
	// Run the file outside a transaction.
	"no-transaction",
	// Let the file change what godwit records of itself: the version is put right after it.
	"allow own-tables",
] as const;

export type Directive = (typeof DIRECTIVES)[number];

/** A comment with its delimiters and without its line end. */
export interface Comment extends Place {
	readonly text: string;
}

const MEANT = /^(?:--|\/\*)\s*godwit\s*:\s*/i;
const EXACT = /^--\s*godwit:/;
const MAX_SHOWN = 60;

/**
 * Returns the directives among the comments before the first statement. A comment that begins with `godwit:`, in any
 * case and spacing, is meant as one: to take a misspelt one for a remark would run the file in a way that nobody wanted.
 *
 * @throws MigrateError `ERR_INVALID_BODY` for the first one that is not exactly a known directive.
 */
export function readDirectives(comments: readonly Comment[]): ReadonlySet<Directive> {
	const found = new Set<Directive>();
	for (const comment of comments) {
		if (!MEANT.test(comment.text)) continue;
		const hiding = hidingCarriageReturn(comment.text);
		if (hiding !== -1) throw invalidText("carriage-return", placeFrom(comment, comment.text, 0, hiding));
		const name = comment.text.replace(MEANT, "").trim();
		const directive = DIRECTIVES.find((known) => known === name);
		if (directive === undefined || !EXACT.test(comment.text)) throw unknownDirective(comment, name);
		found.add(directive);
	}
	return found;
}

function unknownDirective(comment: Comment, text: string): Error {
	const name = text.replace(/\*\/$/, "").trimEnd();
	const nearest = nearestName(name.toLowerCase(), DIRECTIVES);
	const what = `unknown directive ${JSON.stringify(name.slice(0, MAX_SHOWN))} at line ${comment.line}, column ${comment.column}`;
	const advice = nearest === undefined ? "" : `did you mean "-- godwit: ${nearest}"? `;
	return invalidBody("unknown-directive", comment, `${what}; ${advice}known: ${DIRECTIVES.join(", ")}`);
}
