import { isMigrateError } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { parseConnectionUrl } from "../../src/url/connection-url.ts";
import { migrationsTableOf } from "../../src/url/migrations-table.ts";

function refusal(url: string): { readonly code: string; readonly message: string } {
	try {
		parseConnectionUrl(url);
	} catch (error) {
		if (isMigrateError(error)) return { code: error.code, message: error.message };
	}
	throw new Error(`${url} is not refused`);
}

describe("parseConnectionUrl", () => {
	it("names the parameters that there are for one that is like none of them, and the near one otherwise", () => {
		expect(refusal("postgres://localhost/app?qqqqqqqqqqqq=1")).toEqual({
			code: "ERR_INVALID_OPTION",
			message: expect.stringMatching(/^there is no parameter qqqqqqqqqqqq; known are .*sslmode/),
		});
		expect(refusal("postgres://localhost/app?sslmod=1").message).toContain("did you mean sslmode?");
	});

	it.each(["0", "65536", "1.5", "x"])("refuses %s for a port", (port) => {
		expect(refusal(`postgres:///app?host=localhost&port=${port}`)).toEqual({
			code: "ERR_INVALID_URL",
			message: "the port in the database URL is no number from 1 to 65535",
		});
	});

	it.each([
		["postgres://localhost/app", { hosts: [{ host: "localhost", port: 5432 }], database: "app", path: "/app" }],
		["pgx5://me:p%40ss@db:6543/a%20b", { user: "me", password: "p@ss", database: "a b", path: "/a b" }],
		[
			"postgresql://a:1,b,[::1]:3/x",
			{
				hosts: [
					{ host: "a", port: 1 },
					{ host: "b", port: 5432 },
					{ host: "::1", port: 3 },
				],
			},
		],
		[
			"postgres:///app?host=/run/postgresql&port=6432",
			{ hosts: [{ host: "/run/postgresql", port: 6432 }], database: "app" },
		],
		["postgres://h?dbname=app&user=me&password=a+b", { database: "app", user: "me", password: "a+b", path: undefined }],
		[
			"postgres://h/app?sslmode=require&options=-csearch_path%3Dx",
			{ parameters: { sslmode: "require", options: "-csearch_path=x" } },
		],
		["postgres://h/app?target_session_attrs=read-write", { parameters: { target_session_attrs: "read-write" } }],
		["postgres://h/app?x-statement-timeout=5000", { config: { statementTimeoutMs: 5_000, ddlLockTimeoutMs: 10_000 } }],
		["postgres://h/app?x-ddl-lock-timeout=1m", { config: { ddlLockTimeoutMs: 60_000 } }],
		["postgres://h/app?connect_timeout=10", { parameters: { connect_timeout: "10" } }],
		["postgres://h/app?connect_timeout=%20-1%20", { parameters: { connect_timeout: " -1 " } }],
		["postgres://h?user=&password=&dbname=", { user: undefined, password: undefined, database: undefined }],
	])("reads %s", (url, expected) => {
		expect(parseConnectionUrl(url)).toMatchObject(expected);
	});

	it.each(["abc", "1.5", "0x10", "1e3", "", "10s", "2147483648"])(
		"refuses connect_timeout=%s, as libpq does",
		(value) => {
			expect(refusal(`postgres://h/app?connect_timeout=${value}`)).toEqual({
				code: "ERR_INVALID_OPTION",
				message: `connect_timeout=${value} cannot be read: it takes a whole number of seconds; 0 waits for ever`,
			});
		},
	);

	it.each([
		["postgres:app", "ERR_INVALID_URL", "postgres://host:5432/database, with user:password@ before the host"],
		["postgres:///app", "ERR_INVALID_URL", "names no host"],
		["postgres://h:0/app", "ERR_INVALID_URL", "the port in the database URL is no number"],
		["postgres://h:x1/app", "ERR_INVALID_URL", "names no host"],
		["postgres://a,b/app?port=1,2,3", "ERR_INVALID_URL", "2 hosts and 3 ports"],
		["postgres://me:se@cret@h/app", "ERR_INVALID_URL", "write those as %40"],
		["postgres://me:5432/cret@h/app", "ERR_INVALID_URL", "an @ behind the host; write it as %40"],
		["postgres://h/app?user=me@cret", "ERR_INVALID_URL", "write those as %2F, %3F and %23"],
		["postgres://me:se#cret@h/app", "ERR_INVALID_URL", "write a # in it as %23"],
		["postgres://h/app?password=se&cret", "ERR_INVALID_URL", "write an & in a password as %26"],
		["postgres://h/a%zz", "ERR_INVALID_URL", "begins no percent-encoding"],
		["postgres://h/a%0A", "ERR_INVALID_URL", "control character"],
		["postgres://h/app?sslmod=require", "ERR_INVALID_OPTION", "did you mean sslmode?"],
		["postgres://h/app?search_path=my%20app,b", "ERR_INVALID_OPTION", "write options=-csearch_path%3Dmy%5C%20app%2Cb"],
		["postgres://h/app?sslmode=on", "ERR_INVALID_OPTION", "it takes disable, allow"],
		["postgres://h/app?sslmode", "ERR_INVALID_URL", "has no value"],
		["postgres://h/app?user=a&user=b", "ERR_INVALID_OPTION", "given twice"],
		["postgres://h/app?client_encoding=latin1", "ERR_INVALID_OPTION", "migrations are UTF-8"],
		["postgres://h/app?x-tx-mode=immediate", "ERR_INVALID_OPTION", "there is no option x-tx-mode"],
	])("refuses %s", (url, code, message) => {
		const found = refusal(url);
		expect(found.code).toBe(code);
		expect(found.message).toContain(message);
		expect(found.message).not.toContain("cret");
	});
});

describe("migrationsTableOf", () => {
	it.each([
		["x-migrations-table=a.b", { schema: undefined, name: "a.b" }],
		["x-migrations-table=%22a%22.%22b%22&x-migrations-table-quoted=1", { schema: "a", name: "b" }],
		["x-migrations-table=%22b%22%22c%22&x-migrations-table-quoted=true", { schema: undefined, name: 'b"c' }],
	])("reads %s", (query, expected) => {
		expect(migrationsTableOf(parseConnectionUrl(`postgres://h/app?${query}`).config)).toEqual(expected);
	});

	it.each([
		["the table and _history", `x-migrations-table=${"t".repeat(55)}`, `x-migrations-table=${"t".repeat(56)}`],
		["bytes", `x-migrations-table=${"é".repeat(27)}`, `x-migrations-table=${"é".repeat(28)}`],
		[
			"the table and _lock without a history",
			`x-history=off&x-migrations-table=${"t".repeat(58)}`,
			`x-history=off&x-migrations-table=${"t".repeat(59)}`,
		],
		[
			"the schema",
			`x-migrations-table-quoted=1&x-migrations-table=%22${"s".repeat(63)}%22.%22t%22`,
			`x-migrations-table-quoted=1&x-migrations-table=%22${"s".repeat(64)}%22.%22t%22`,
		],
	])("refuses a name that the server would cut: %s", (_, longest, tooLong) => {
		const tableOf = (query: string) => migrationsTableOf(parseConnectionUrl(`postgres://h/app?${query}`).config);
		expect(tableOf(longest)).toBeDefined();
		expect(() => tableOf(tooLong)).toThrow(
			expect.objectContaining({
				code: "ERR_INVALID_OPTION",
				message: expect.stringContaining("PostgreSQL cuts names after 63 bytes"),
			}),
		);
	});

	it("refuses a quoted table without quotes", () => {
		const { config } = parseConnectionUrl("postgres://h/app?x-migrations-table=a.b&x-migrations-table-quoted=1");
		expect(() => migrationsTableOf(config)).toThrow('"schema"."table"');
	});
});
