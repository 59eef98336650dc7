import { invalidBody, type Place } from "@godwit/sql";
import type { StatementSpan } from "./split-statements.ts";
import { tokensOf } from "./tokens.ts";

/**
 * Refuses what psql does itself and no server knows: commands that begin with a backslash, and the data after
 * `COPY ... FROM STDIN`.
 *
 * @throws MigrateError `ERR_INVALID_BODY`
 */
export function assertOnServer(text: string, span: StatementSpan, placeOf: (offset: number) => Place): void {
	const [first] = span.words;
	if (first === "\\") {
		const place = placeOf(span.start);
		const [command] = text.slice(span.start, span.start + 60).split(/[\s;]/, 1);
		const message = `${command} at ${lineOf(place)} is a command of psql, which the server does not know; take it out (pg_dump 18 writes \\restrict and \\unrestrict)`;
		throw invalidBody("psql-command", place, message);
	}
	if (first !== "COPY" || !copiesFromStdin(text.slice(span.start, span.end))) return;
	const place = placeOf(span.start);
	const message = `COPY ... FROM STDIN at ${lineOf(place)} takes its rows from psql; write them as INSERT (pg_dump --inserts does), or copy from a file of the server's`;
	throw invalidBody("copy-from-stdin", place, message);
}

function copiesFromStdin(sql: string): boolean {
	let before = "";
	for (const { word } of tokensOf(sql)) {
		if (word === "STDIN" && before === "FROM") return true;
		before = word;
	}
	return false;
}

function lineOf({ line, column }: Place): string {
	return `line ${line}, column ${column}`;
}
