import { tokensOf, UnclosedText } from "./tokens.ts";

/**
 * Returns what a text says to PostgreSQL: its tokens in their case, joined by one space, without comments. Texts that differ
 * in layout alone have the same.
 *
 * @returns undefined for a text with a string, a name or a comment that nothing closes.
 */
export function meaning(text: string): string | undefined {
	try {
		return [...tokensOf(text)].map(({ start, end }) => text.slice(start, end)).join(" ");
	} catch (error) {
		if (error instanceof UnclosedText) return undefined;
		throw error;
	}
}
