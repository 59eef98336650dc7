/**
 * Describes the first control character of a text: `"\r" at its end`, `"\n" at character 3`.
 *
 * @returns undefined when there is none.
 */
export function controlCharacter(text: string): string | undefined {
	const at = text.search(/\p{Cc}/u);
	if (at === -1) return undefined;
	const place = at === text.length - 1 ? "at its end" : `at character ${at + 1}`;
	return `${escaped(text[at] ?? "")} ${place}`;
}

/** JSON has no escapes for those above 7F, which a terminal obeys all the same. */
function escaped(character: string): string {
	const json = JSON.stringify(character);
	return json.length > 3 ? json : `"\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}"`;
}

/** Replaces each control character, for a name that is shown. */
export function withoutControlCharacters(text: string): string {
	return text.replace(/\p{Cc}/gu, "\uFFFD");
}
