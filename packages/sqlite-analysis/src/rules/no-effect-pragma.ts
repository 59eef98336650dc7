import type { RuleBefore } from "./rule.ts";

/** See https://sqlite.org/pragma.html: SQLite ignores them inside a transaction, or in a database that has a table. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(["foreign_keys", "auto_vacuum", "page_size", "encoding"]);

const ON: ReadonlySet<string> = new Set(["on", "yes", "true", "1"]);

/** A PRAGMA that SQLite ignores where it stands, and says nothing. */
export const noEffectPragma: RuleBefore = ({ statement, tokens, file }) => {
	if (statement.keyword !== "PRAGMA" || !file.transaction) return [];
	const dot = tokens.findIndex(({ text }) => text === ".");
	const at = dot === -1 ? 1 : dot + 1;
	const name = tokens[at]?.text ?? "";
	const value = tokens.slice(at + 1).find(({ text }) => text !== "=" && text !== "(")?.text;
	if (!WITHOUT_EFFECT.has(name) || value === undefined || value === ";") return [];
	const asItIs = name === "foreign_keys" && ON.has(value) === file.foreignKeys;
	const level = asItIs ? "note" : "warning";
	const set = name === "foreign_keys" ? "; x-foreign-keys in the database URL says whether they are enforced" : "";
	const message = `PRAGMA ${name} has no effect inside the transaction around the file; take it out, or run the file outside one with "-- godwit: no-transaction"${set}`;
	return [{ rule: "no-effect-pragma", level, message }];
};
