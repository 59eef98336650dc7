import { describe, expect, it } from "vitest";
import { completeConfig, type PostgresConfig, parseConfig } from "../../src/url/postgres-config.ts";

const complete = (options: Record<string, unknown>): PostgresConfig => completeConfig(options);

describe("the options of PostgreSQL", () => {
	it("have defaults", () => {
		expect(complete({})).toEqual({
			migrationsTable: "schema_migrations",
			migrationsTableQuoted: false,
			statementTimeoutMs: 0,
			multiStatement: false,
			multiStatementMaxSize: undefined,
			lockTimeoutMs: 15_000,
			ddlLockTimeoutMs: 10_000,
			lockLeaseMs: 60_000,
			history: "full",
		});
	});

	it.each([
		["x-statement-timeout", "1500", { statementTimeoutMs: 1_500 }],
		["x-statement-timeout", "1.5s", { statementTimeoutMs: 1_500 }],
		["x-multi-statement", "true", { multiStatement: true }],
		["x-multi-statement-max-size", "1024", { multiStatementMaxSize: 1_024 }],
		["x-lock-timeout", "1m", { lockTimeoutMs: 60_000 }],
		["x-ddl-lock-timeout", "0", { ddlLockTimeoutMs: 0 }],
		["x-ddl-lock-timeout", "2147483647ms", { ddlLockTimeoutMs: 2_147_483_647 }],
		["x-lock-timeout", "1000h", { lockTimeoutMs: 3_600_000_000 }],
		["x-lock-lease", "2m", { lockLeaseMs: 120_000 }],
		["x-history", "hash", { history: "hash" }],
		["x-migrations-table", "Größe", { migrationsTable: "Größe" }],
	])("are read from a URL: %s=%s", (name, value, expected) => {
		expect(parseConfig([[name, value]])).toEqual({ ...complete({}), ...expected });
	});

	it.each([
		["x-statement-timeout", "soon"],
		["x-statement-timeout", "-1"],
		["x-statement-timeout", "2147483648"],
		["x-ddl-lock-timeout", "1000h"],
		["x-multi-statement-max-size", "1MB"],
		["x-multi-statement", "perhaps"],
		["x-migrations-table", ""],
		["x-history", "some"],
	])("refuse %s=%s", (name, value) => {
		expect(() => parseConfig([[name, value]])).toThrow(
			expect.objectContaining({ code: "ERR_INVALID_OPTION", details: { option: name, value } }),
		);
	});

	it.each([
		[{ multiStatementMaxSize: "1024" }],
		[{ lockLeaseMs: Number.POSITIVE_INFINITY }],
		[{ statementTimeoutMs: -1 }],
		[{ ddlLockTimeoutMs: Number.POSITIVE_INFINITY }],
		[{ migrationsTable: "a\0b" }],
		[{ migrationsTabel: "a" }],
	])("refuse in code %j", (options) => {
		expect(() => complete(options)).toThrow(expect.objectContaining({ code: "ERR_INVALID_OPTION" }));
	});

	it("refuse one that is given twice", () => {
		expect(() =>
			parseConfig([
				["x-history", "off"],
				["x-history", "full"],
			]),
		).toThrow("x-history is given twice");
	});
});
