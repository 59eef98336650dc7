import { MigrateError } from "@godwit/core";
import type { PostgresConfig } from "./postgres-config.ts";

/** The version table; without a schema it is in the first one of the search path that exists. */
export interface MigrationsTable {
	readonly schema: string | undefined;
	readonly name: string;
}

/**
 * Reads `x-migrations-table` and `x-migrations-table-quoted`.
 *
 * @throws MigrateError `ERR_INVALID_OPTION`, also for a name that the server would cut, with that of a table beside it or alone.
 */
export function migrationsTableOf(config: PostgresConfig): MigrationsTable {
	const table = writtenTable(config);
	assertUncut(table, config);
	return table;
}

/** See https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
const MAX_NAME_BYTES = 63;

function assertUncut({ schema = "", name }: MigrationsTable, { migrationsTable, history }: PostgresConfig): void {
	const suffix = history === "off" ? "_lock" : "_history";
	const maxBytes = MAX_NAME_BYTES - suffix.length;
	if (Buffer.byteLength(name) <= maxBytes && Buffer.byteLength(schema) <= MAX_NAME_BYTES) return;
	const message = `x-migrations-table=${migrationsTable} is too long: PostgreSQL cuts names after ${MAX_NAME_BYTES} bytes, and a table of this name with ${suffix} behind is needed too; take at most ${maxBytes} bytes for the table and ${MAX_NAME_BYTES} for its schema`;
	throw new MigrateError("ERR_INVALID_OPTION", message, { option: "x-migrations-table", value: migrationsTable });
}

function writtenTable({ migrationsTable, migrationsTableQuoted }: PostgresConfig): MigrationsTable {
	if (!migrationsTableQuoted) return { schema: undefined, name: migrationsTable };
	const [, schema, name] = /^(?:"((?:[^"]|"")+)"\.)?"((?:[^"]|"")+)"$/.exec(migrationsTable) ?? [];
	if (name === undefined) {
		const message = `x-migrations-table=${migrationsTable} cannot be read: with x-migrations-table-quoted it is written "schema"."table" or "table", with the quotes`;
		throw new MigrateError("ERR_INVALID_OPTION", message, { option: "x-migrations-table", value: migrationsTable });
	}
	return { schema: schema?.replaceAll('""', '"'), name: name.replaceAll('""', '"') };
}
