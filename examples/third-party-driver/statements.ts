import { MigrateError } from "@godwit/core";
import type { Collections } from "./documents.ts";

/**
 * Runs a migration in the store's language, one statement on a line; `#` begins a comment line.
 *
 *     create birds
 *     put birds B6 {"ring": "blue", "km": 13560}
 *     delete birds B6
 *     drop birds
 *
 * @returns The collections afterwards; those passed in stay as they are.
 * @throws MigrateError `ERR_SQL` at the first statement that fails.
 */
export function runStatements(text: string, before: Collections): Collections {
	let collections = before;
	for (const [index, sql] of text.split(/\r?\n/).entries()) {
		const statement = sql.trim();
		if (statement === "" || statement.startsWith("#")) continue;
		try {
			collections = runStatement(statement, collections);
		} catch (cause) {
			const details = { sql: statement, line: index + 1, column: sql.indexOf(statement) + 1 };
			throw new MigrateError("ERR_SQL", (cause as Error).message, details, { cause });
		}
	}
	return collections;
}

function runStatement(statement: string, collections: Collections): Collections {
	const [, verb, name = "", key, json] = /^(\S+)\s+(\S+)(?:\s+(\S+)(?:\s+(.*))?)?$/.exec(statement) ?? [];
	const collection = Object.hasOwn(collections, name) ? collections[name] : undefined;
	const { [name]: _collection, ...others } = collections;
	if (verb === "create" && key === undefined) {
		if (collection !== undefined) throw new Error(`there is a collection ${name} already`);
		return { ...collections, [name]: {} };
	}
	if (collection === undefined) throw new Error(`there is no collection ${name}`);
	if (verb === "drop" && key === undefined) return others;
	if (verb === "put" && key !== undefined && json !== undefined) {
		return { ...others, [name]: { ...collection, [key]: JSON.parse(json) } };
	}
	if (verb === "delete" && key !== undefined && json === undefined) {
		if (!Object.hasOwn(collection, key)) throw new Error(`there is no document ${key} in ${name}`);
		const { [key]: _document, ...rest } = collection;
		return { ...others, [name]: rest };
	}
	throw new Error(`cannot read "${statement}": it is create, drop, put or delete, with a collection`);
}
