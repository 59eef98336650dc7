import { nearestName } from "@godwit/core";
import { invalidBody } from "./invalid-body.ts";
import type { Place } from "./place.ts";
import { RULES, type Rule } from "./rules.ts";

/** What the comment `-- godwit: NAME` before the first statement of a file can ask for. */
const ORDERS = [
	// Run the file outside a transaction.
	"no-transaction",
	// Let the file change godwit's own tables. The version is corrected afterwards.
	"allow own-tables",
	// Keep checksums of the file in the history, and not its text.
	"no-store",
	// Run the file's one statement in rounds, each in a transaction of its own, until it changes nothing.
	"until-done",
] as const;

/** `allow RULE` permits a file to break a rule of the check. */
export type Directive = (typeof ORDERS)[number] | `allow ${Rule}`;

const DIRECTIVES: readonly Directive[] = [...ORDERS, ...RULES.map((rule) => `allow ${rule}` as const)];

/** A comment with its delimiters and without its line end. */
export interface Comment extends Place {
	readonly text: string;
}

const DIRECTIVE_COMMENT = /^(?:--|\/\*)\s*godwit\s*:\s*/i;
const EXACT = /^--\s*godwit:/;
const MAX_SHOWN = 60;

/**
 * Returns the directives among the comments before the first statement. A comment that begins with `godwit:`, in any
 * case and spacing, has to be one: a misspelt directive must not be ignored as a remark. Several rules may be allowed at
 * once: `allow RULE, RULE`.
 *
 * @param assertComplete Optional: throws for a comment that begins so and that the database reads on where a person sees its end.
 * @throws MigrateError `ERR_INVALID_BODY` for the first such comment that is not exactly a known directive.
 */
export function readDirectives(
	comments: readonly Comment[],
	assertComplete?: (comment: Comment) => void,
): ReadonlySet<Directive> {
	const found = new Set<Directive>();
	for (const comment of comments) {
		if (!DIRECTIVE_COMMENT.test(comment.text)) continue;
		assertComplete?.(comment);
		for (const name of namesIn(comment.text.replace(DIRECTIVE_COMMENT, "").trim())) {
			const directive = DIRECTIVES.find((known) => known === name);
			if (directive === undefined || !EXACT.test(comment.text)) throw unknownDirective(comment, name);
			found.add(directive);
		}
	}
	return found;
}

/** `allow a, b` is short for two. */
function namesIn(text: string): readonly string[] {
	const [, list] = /^allow\s+(.+)$/s.exec(text) ?? [];
	return list === undefined ? [text] : list.split(",").map((rule) => `allow ${rule.trim()}`);
}

function unknownDirective(comment: Comment, text: string): Error {
	const name = text.replace(/\*\/$/, "").trimEnd();
	const nearest = nearestName(name.toLowerCase(), DIRECTIVES);
	const what = `unknown directive ${JSON.stringify(name.slice(0, MAX_SHOWN))} at line ${comment.line}, column ${comment.column}`;
	const advice = nearest === undefined ? "" : `did you mean "-- godwit: ${nearest}"? `;
	const known = [...ORDERS, "allow RULE"].join(", ");
	return invalidBody("unknown-directive", comment, `${what}; ${advice}known: ${known}`);
}
