import { MigrateError } from "@godwit/core";

const COMMENT = /--[^\n]*|\/\*.*?\*\//gs;
/** Not `\s`, which takes a byte order mark for white space. */
const STATEMENT = /[^ \t\r\n;][^;\n]*/g;
const WORD = /[^ \t\r;]+/g;

/**
 * Executes the memory driver's language.
 *
 * @returns The objects afterwards; those passed in stay as they are.
 * @throws MigrateError `ERR_INVALID_BODY` for a comment that is not closed; then, at the first statement that cannot be
 *   done, `ERR_TRANSACTION_CONTROL` for `commit` and `ERR_SQL` for any other.
 */
export function executeScript(script: string, objects: readonly string[]): readonly string[] {
	// Of the same length, so that every statement keeps its place.
	const statements = script.replace(COMMENT, (comment) => " ".repeat(comment.length));
	const unclosed = statements.indexOf("/*");
	if (unclosed !== -1) {
		const place = placeOf(script, unclosed);
		const message = `the comment at line ${place.line}, column ${place.column} is never closed; add the missing */`;
		throw new MigrateError("ERR_INVALID_BODY", message, { ...place, problem: "unclosed-comment" });
	}
	let result = objects;
	for (const { 0: sql, index } of statements.matchAll(STATEMENT)) {
		const words = sql.match(WORD) ?? [];
		if (words[0] === "commit") {
			const message = "commit would end the transaction around this body; remove it";
			throw new MigrateError("ERR_TRANSACTION_CONTROL", message, { sql, ...placeOf(script, index) });
		}
		try {
			result = execute(words, result);
		} catch (cause) {
			const details = { sql, ...placeOf(script, index) };
			throw new MigrateError("ERR_SQL", (cause as Error).message, details, { cause });
		}
	}
	return result;
}

/** The statements of a script, one a line, whatever its comments and blanks. */
export function scriptMeaning(script: string): string {
	const statements = script.replace(COMMENT, " ").matchAll(STATEMENT);
	return Array.from(statements, ([sql]) => (sql.match(WORD) ?? []).join(" ")).join("\n");
}

export function placeOf(script: string, index: number): { readonly line: number; readonly column: number } {
	const lines = script.slice(0, index).split("\n");
	return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function execute([verb, name, ...rest]: readonly string[], objects: readonly string[]): readonly string[] {
	if (name !== undefined && rest.length === 0) {
		if (verb === "create") {
			if (objects.includes(name)) throw new Error(`${name} exists already`);
			return [...objects, name];
		}
		if (verb === "drop") {
			if (!objects.includes(name)) throw new Error(`there is no ${name}`);
			return objects.filter((object) => object !== name);
		}
	}
	throw new Error("a statement is create NAME or drop NAME");
}
