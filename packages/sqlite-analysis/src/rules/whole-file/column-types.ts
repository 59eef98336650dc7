import type { FileFinding } from "@godwit/core";
import type { RanFile } from "../rule.ts";
import { type NewColumn, newColumns } from "./new-columns.ts";
import { placedAt } from "./placed-at.ts";

const SERIAL = /^(small|big)?serial\b/;

/** Types whose affinity is the one that their name says, see https://sqlite.org/datatype3.html#determination_of_column_affinity */
const KNOWN_TYPE = /int|char|clob|text|blob|real|floa|doub|num|dec|bool|date|time|any|json|uuid|bytea|^$/;

/** Types that mean something else in SQLite than they say. */
export function columnTypes(file: RanFile): readonly FileFinding[] {
	return newColumns(file).flatMap((found) => typeFinding(file, found));
}

function typeFinding(file: RanFile, { table, column }: NewColumn): readonly FileFinding[] {
	const { type, name, primaryKey } = column;
	const place = placedAt(file, table.name);
	if (SERIAL.test(type) && primaryKey > 0) {
		const message = `${table.name}.${name} is ${type}, which SQLite does not know: it never fills itself, and stays NULL; write INTEGER PRIMARY KEY`;
		return [{ ...place, rule: "serial-primary-key", level: "error", message }];
	}
	if (table.shape.strict || KNOWN_TYPE.test(type) || SERIAL.test(type)) return [];
	const message = `${table.name}.${name} is ${type}, a type that SQLite treats as NUMERIC: the text '007' becomes the number 7; write TEXT, INTEGER, REAL or BLOB`;
	return [{ ...place, rule: "type-affinity", level: "note", message }];
}
