import { quoteIdentifier } from "./quote-identifier.ts";

/** Returns the table with the schema of a database, as SQL. @param database Its name, as PRAGMA database_list tells it. */
export function schemaTable(database: string): string {
	return database === "temp" ? "sqlite_temp_schema" : `${quoteIdentifier(database)}.sqlite_schema`;
}
