import { nearestName } from "@godwit/core";

/** A word that begins more names than this could mean anything. */
const MOST_BEGUN = 4;

/**
 * Returns which names an unknown word could have meant: those that it begins, or else the nearest one.
 *
 * @param known Flags with their dash, or commands.
 * @returns A question: `did you mean -verbose or -version?`
 */
export function suggestion(word: string, known: readonly string[]): string | undefined {
	const names = [...new Set(known)].filter((name) => name.replace("-", "").length > 1);
	const begun = names.filter((name) => name.startsWith(word.toLowerCase()));
	if (begun.length > 0 && begun.length <= MOST_BEGUN)
		return `did you mean ${begun.join(", ").replace(/, (?=[^,]*$)/, " or ")}?`;
	const nearest = nearestName(word, names);
	return nearest === undefined ? undefined : `did you mean ${nearest}?`;
}
