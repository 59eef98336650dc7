import type { SchemaColumn, SchemaForeignKey, SchemaTable } from "../../driver/schema.ts";

/**
 * Draws tables and their foreign keys as an entity relationship diagram. What Mermaid cannot write as a name has `_` in place of
 * its other characters, and the name itself beside it.
 *
 * @see https://mermaid.js.org/syntax/entityRelationshipDiagram.html
 */
export function dumpMermaid(tables: readonly SchemaTable[]): string {
	const lines = tables.flatMap((table) => [...entity(table), ...table.foreignKeys.map((key) => relation(table, key))]);
	return `${["erDiagram", ...lines.map((line) => `  ${line}`)].join("\n")}\n`;
}

function entity(table: SchemaTable): readonly string[] {
	const columns = table.columns.map((column) => `  ${attribute(column, table)}`);
	return columns.length === 0 ? [entityName(table.name)] : [`${entityName(table.name)} {`, ...columns, "}"];
}

function attribute(column: SchemaColumn, { foreignKeys, uniques }: SchemaTable): string {
	const { name, type, primaryKey, notNull } = column;
	const keys = [
		...(primaryKey > 0 ? ["PK"] : []),
		...(foreignKeys.some(({ columns }) => columns.includes(name)) ? ["FK"] : []),
		...(primaryKey === 0 && uniques.some(([only, ...others]) => only === name && others.length === 0) ? ["UK"] : []),
	];
	const shown = word(name);
	const notes = [...(shown === name ? [] : [name]), ...(notNull ? ["not null"] : [])];
	const note = notes.length === 0 ? "" : ` "${quoted(notes.join(", "))}"`;
	return `${word(type === "" ? "any" : type)} ${shown}${keys.length === 0 ? "" : ` ${keys.join(", ")}`}${note}`;
}

/** One parent, or none where a column may be NULL; many children, or one at the most where the columns are unique. */
function relation(table: SchemaTable, { columns, parent }: SchemaForeignKey): string {
	const always = columns.every((name) => table.columns.some((column) => column.name === name && column.notNull));
	const unique = table.uniques.some(
		(key) => key.length === columns.length && key.every((name) => columns.includes(name)),
	);
	const line = `${always ? "||" : "|o"}--${unique ? "o|" : "o{"}`;
	return `${entityName(parent)} ${line} ${entityName(table.name)} : "${quoted(columns.join(", "))}"`;
}

/** Always in quotes: words of Mermaid's own, as `class` or `one`, are no names without them, and each version may have more. */
function entityName(name: string): string {
	return `"${name === "" ? " " : quoted(name)}"`;
}

/** A type or the name of a column begins with a letter, is no kind of key, and has no quotes to stand in. */
function word(text: string): string {
	const cleaned = text.replace(/[^\w()-]+/g, "_");
	return /^(?!(?:PK|FK|UK)\b)[A-Za-z]/i.test(cleaned) ? cleaned : `_${cleaned}`;
}

/** Mermaid knows no escapes in a text: what would end it, or a line of it, or make it a generic type, is left out. */
function quoted(text: string): string {
	return text.replace(/["%~\\\p{Cc}]/gu, " ");
}
