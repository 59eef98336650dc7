import { describe, expect, it } from "vitest";
import { toolTables } from "../../src/tables/tool-tables.ts";

describe("toolTables", () => {
	const isTool = toolTables("Migrations");

	it.each(["migrations", "Migrations", "migrations_lock", "MIGRATIONS_HISTORY", "_litestream_seq", "_litestream_lock"])(
		"tells %s",
		(table) => expect(isTool(table)).toBe(true),
	);

	it.each(["users", "schema_migrations", "migrations_archive"])("leaves %s to the migrations", (table) =>
		expect(isTool(table)).toBe(false),
	);
});
