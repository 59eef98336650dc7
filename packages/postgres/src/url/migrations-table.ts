import { MigrateError } from "@godwit/core";
import type { PostgresConfig } from "./postgres-config.ts";

/** The version table; without a schema it is in the first one of the search path that exists. */
export interface MigrationsTable {
	readonly schema: string | undefined;
	readonly name: string;
}

/** Reads `x-migrations-table` and `x-migrations-table-quoted`. @throws MigrateError `ERR_INVALID_OPTION`. */
export function migrationsTableOf({ migrationsTable, migrationsTableQuoted }: PostgresConfig): MigrationsTable {
	if (!migrationsTableQuoted) return { schema: undefined, name: migrationsTable };
	const [, schema, name] = /^(?:"((?:[^"]|"")+)"\.)?"((?:[^"]|"")+)"$/.exec(migrationsTable) ?? [];
	if (name === undefined) {
		const message = `x-migrations-table=${migrationsTable} cannot be read: with x-migrations-table-quoted it is written "schema"."table" or "table", with the quotes`;
		throw new MigrateError("ERR_INVALID_OPTION", message, { option: "x-migrations-table", value: migrationsTable });
	}
	return { schema: schema?.replaceAll('""', '"'), name: name.replaceAll('""', '"') };
}
