import { type CanonicalToken, canonicalExpression, canonicalTokens, closing, written } from "./canonical.ts";

const CONSTRAINTS: ReadonlySet<string> = new Set(["constraint", "primary", "unique", "check", "foreign"]);

/**
 * What the text of a CREATE TABLE says and no pragma tells: CHECK, AS of a column, COLLATE of a column, ON CONFLICT,
 * INITIALLY DEFERRED and AUTOINCREMENT. One line each, in the order of the text.
 */
export function tableResidue(sql: string): readonly string[] {
	const tokens = canonicalTokens(sql);
	const lines = tokens.some(({ text, bare }) => bare && text === "autoincrement") ? ["autoincrement"] : [];
	return [...lines, ...itemsOf(tokens).flatMap(residueOf)];
}

/** The columns and constraints between the parentheses. */
function itemsOf(tokens: readonly CanonicalToken[]): readonly (readonly CanonicalToken[])[] {
	const open = tokens.findIndex(({ text }) => text === "(");
	if (open === -1) return [];
	const end = closing(tokens, open);
	const items: CanonicalToken[][] = [[]];
	for (let at = open + 1; at < end; at++) {
		const token = tokens[at];
		if (token === undefined) continue;
		if (token.text === "(") {
			const close = closing(tokens, at);
			items.at(-1)?.push(...tokens.slice(at, close + 1));
			at = close;
		} else if (token.text === ",") items.push([]);
		else items.at(-1)?.push(token);
	}
	return items;
}

function residueOf(item: readonly CanonicalToken[]): readonly string[] {
	const [first] = item;
	if (first === undefined) return [];
	const isColumn = !(first.bare && CONSTRAINTS.has(first.text));
	const column = isColumn ? first.text : "";
	const lines: string[] = [];
	for (let at = isColumn ? 1 : 0; at < item.length; at++) {
		const token = item[at];
		const next = item[at + 1];
		if (token?.text === "(") at = closing(item, at);
		if (token === undefined || !token.bare) continue;
		const end = next?.text === "(" ? closing(item, at + 1) : at;
		const inside = item.slice(at + 1, end + 1);
		if (token.text === "check" && inside.length > 0) lines.push(`check ${canonicalExpression(inside)}`);
		else if (token.text === "as" && inside.length > 0) lines.push(`generated ${column} ${canonicalExpression(inside)}`);
		else if (token.text === "collate") lines.push(`collate ${column} ${next?.text}`);
		else if (token.text === "conflict") lines.push(`conflict ${next?.text} ${ofConstraint(item, isColumn, at)}`);
		else if (token.text === "deferred")
			lines.push(`deferred ${isColumn ? column : written(item.slice(0, endOfColumns(item)))}`);
		if (end > at && token.text !== "collate") at = end;
	}
	return lines;
}

/** Which constraint of the item has the clause. */
function ofConstraint(item: readonly CanonicalToken[], isColumn: boolean, at: number): string {
	if (!isColumn) return written(item.slice(0, endOfColumns(item)));
	return `${item[0]?.text} ${written(item.slice(Math.max(1, at - 3), at - 1))}`;
}

function endOfColumns(item: readonly CanonicalToken[]): number {
	const open = item.findIndex(({ text }) => text === "(");
	return open === -1 ? item.length : closing(item, open) + 1;
}
