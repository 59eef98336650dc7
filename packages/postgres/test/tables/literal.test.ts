import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockBlocker } from "../../src/blockers/lock-blocker.ts";
import { pgliteConnection } from "../../src/connection/pglite-connection.ts";
import { literal, quoteIdentifier, quoteLiteral } from "../../src/tables/literal.ts";

let database: PGlite;

beforeAll(async () => {
	database = await PGlite.create();
});

afterAll(() => database.close());

describe("a literal", () => {
	it.each(["it's", "a\\b", "\\", "'\\''", ""])(
		"says %j to the database, whatever it takes a backslash for",
		async (text) => {
			for (const setting of ["on", "off"]) {
				await database.exec(`SET standard_conforming_strings = ${setting}`);
				const { rows } = await database.query<{ said: string }>(`SELECT ${quoteLiteral(text)} AS said`);
				expect(rows).toEqual([{ said: text }]);
			}
		},
	);

	it.each([
		[undefined, "NULL"],
		[7, "7"],
		[7n, "7"],
		[false, "false"],
		["a", "'a'"],
	])("of %s is %s", (value, expected) => {
		expect(literal(value)).toBe(expected);
	});

	it("of a name keeps its quotes", () => {
		expect(quoteIdentifier('a"b')).toBe('"a""b"');
	});
});

describe("who has a lock", () => {
	it("is not known any more when the transaction is over", async () => {
		const connection = pgliteConnection(database, async () => {});
		expect(await lockBlocker(connection, "ALTER TABLE nobody ADD a int")).toBe(
			"another session had a lock on it; wait until it is over, or allow more time with x-ddl-lock-timeout in the database URL",
		);
	});
});
