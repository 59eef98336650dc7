import { type CanonicalToken, canonicalTokens } from "@godwit/sqlite";

/** Whether a statement is an UPDATE or a DELETE without WHERE. */
export function takesEveryRow(sql: string): boolean {
	const words = outerTokens(canonicalTokens(sql)).filter(({ bare }) => bare);
	const verb = words.find(({ text }) => /^(select|insert|replace|update|delete|values|create|alter|drop)$/.test(text));
	return (verb?.text === "update" || verb?.text === "delete") && !words.some(({ text }) => text === "where");
}

/** The tokens outside of all parentheses. */
export function outerTokens(tokens: readonly CanonicalToken[]): readonly CanonicalToken[] {
	let depth = 0;
	return tokens.filter(({ text }) => {
		if (text === "(") depth += 1;
		if (text === ")") depth -= 1;
		return depth === 0 && text !== ")";
	});
}
