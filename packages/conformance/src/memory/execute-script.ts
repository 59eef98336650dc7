import { MigrateError } from "@godwit/core";

/** Not `\s`, which takes a byte order mark for white space. */
const WORD = /[^ \t\r;]+/g;
const STATEMENT = /[^ \t\r;][^;]*/g;

/**
 * Executes the memory driver's language.
 *
 * @returns The objects afterwards; those passed in stay as they are.
 * @throws MigrateError `ERR_SQL` at the first statement that fails.
 */
export function executeScript(script: string, objects: readonly string[]): readonly string[] {
	let result = objects;
	for (const [index, line] of script.split("\n").entries()) {
		for (const { 0: sql, index: offset } of line.replace(/--.*$/s, "").matchAll(STATEMENT)) {
			try {
				result = execute(sql.match(WORD) ?? [], result);
			} catch (cause) {
				const details = { sql, line: index + 1, column: offset + 1 };
				throw new MigrateError("ERR_SQL", (cause as Error).message, details, { cause });
			}
		}
	}
	return result;
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
