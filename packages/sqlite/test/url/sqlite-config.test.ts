import { MigrateError } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { completeConfig, parseConfig, type SqliteConfig } from "../../src/url/sqlite-config.ts";

const DEFAULTS: SqliteConfig = {
	migrationsTable: "schema_migrations",
	noTxWrap: false,
	txMode: "immediate",
	lockTimeoutMs: 15_000,
	lockLeaseMs: 60_000,
	busyTimeoutMs: 5_000,
	journalMode: undefined,
	synchronous: undefined,
	foreignKeys: false,
	foreignKeyCheck: false,
	danglingReferences: undefined,
	wal: undefined,
	history: "full",
	doubleQuotedStrings: false,
	atomic: true,
};

const parse = (query: string): SqliteConfig => parseConfig(new URLSearchParams(query));
const complete = (options: Record<string, unknown>): SqliteConfig => completeConfig(options);

function refused(action: () => unknown): MigrateError<"ERR_INVALID_OPTION"> {
	try {
		action();
	} catch (error) {
		expect(error).toBeInstanceOf(MigrateError);
		expect(error).toHaveProperty("code", "ERR_INVALID_OPTION");
		return error as MigrateError<"ERR_INVALID_OPTION">;
	}
	throw new Error("nothing was thrown");
}

describe("the options of a database URL and of withInstance", () => {
	it("have the same defaults", () => {
		expect(parse("")).toEqual(DEFAULTS);
		expect(complete({})).toEqual(DEFAULTS);
	});

	it("refuse a lease that never ends, since the lock row says when it does", () => {
		expect(refused(() => complete({ lockLeaseMs: Number.POSITIVE_INFINITY })).message).toContain("lockLeaseMs");
		expect(complete({ lockTimeoutMs: Number.POSITIVE_INFINITY }).lockTimeoutMs).toBe(Number.POSITIVE_INFINITY);
		const { lockLeaseMs } = parse("x-lock-lease=2562047h47m16s");
		expect(complete({ lockLeaseMs }).lockLeaseMs).toBe(lockLeaseMs);
		expect(new Date(Date.now() + lockLeaseMs).toISOString()).toMatch(/^2\d\d\d-/);
	});

	it.each([
		["x-migrations-table=my%20table", { migrationsTable: "my table" }],
		["x-no-tx-wrap=T", { noTxWrap: true }],
		["x-tx-mode=deferred", { txMode: "deferred" }],
		["x-tx-mode=IMMEDIATE", { txMode: "immediate" }],
		["x-tx-mode=exclusive", { txMode: "exclusive" }],
		["x-lock-timeout=1m30s", { lockTimeoutMs: 90_000 }],
		["x-lock-lease=250ms", { lockLeaseMs: 250 }],
		["x-busy-timeout=0", { busyTimeoutMs: 0 }],
		["x-journal-mode=delete", { journalMode: "delete" }],
		["x-journal-mode=truncate", { journalMode: "truncate" }],
		["x-journal-mode=persist", { journalMode: "persist" }],
		["x-journal-mode=WAL", { journalMode: "wal" }],
		["x-synchronous=off", { synchronous: "off" }],
		["x-synchronous=normal", { synchronous: "normal" }],
		["x-synchronous=full", { synchronous: "full" }],
		["x-synchronous=extra", { synchronous: "extra" }],
		["x-foreign-keys=true", { foreignKeys: true }],
		["x-foreign-key-check=1", { foreignKeyCheck: true }],
		["x-wal=alone", { wal: "alone" }],
		["x-atomic=false", { atomic: false }],
	])("mean the same in both: %s", (query, options) => {
		expect(parse(query)).toEqual({ ...DEFAULTS, ...options });
		expect(complete(options)).toEqual({ ...DEFAULTS, ...options });
	});

	it("take the default for an undefined value", () => {
		expect(complete({ txMode: undefined, journalMode: undefined })).toEqual(DEFAULTS);
	});

	it.each([
		["x-no-tx-wrap=yeppers", { noTxWrap: "yeppers" }],
		["x-tx-mode=concurrent", { txMode: "concurrent" }],
		["x-lock-timeout=15", { lockTimeoutMs: "15s" }],
		["x-lock-lease=-1s", { lockLeaseMs: -1 }],
		["x-busy-timeout=soon", { busyTimeoutMs: Number.NaN }],
		["x-journal-mode=off", { journalMode: "off" }],
		["x-journal-mode=memory", { journalMode: "memory; DROP TABLE users" }],
		["x-synchronous=2", { synchronous: 2 }],
		["x-foreign-keys=", { foreignKeys: 1 }],
		["x-foreign-key-check=on", { foreignKeyCheck: null }],
		["x-wal=shared", { wal: "shared" }],
		["x-atomic=nope", { atomic: "false" }],
		["x-migrations-table=", { migrationsTable: "" }],
		["x-migrations-table=SQLite_stat1", { migrationsTable: "sqlite_x" }],
		["x-migrations-table=a%00b", { migrationsTable: "a\0b" }],
		["x-migrations-table=sqlite_", { migrationsTable: 7 }],
	])("refuse a value that cannot be read: %s", (query, options) => {
		const [parameter = "", value = ""] = query.split("=");
		const fromUrl = refused(() => parse(query));
		expect(fromUrl.details).toEqual({ option: parameter, value: decodeURIComponent(value) });
		expect(fromUrl.message).toContain("it takes");
		expect(refused(() => complete(options)).details.option).toBe(Object.keys(options)[0]);
	});

	it("name the option that a misspelt one most likely meant", () => {
		const fromUrl = refused(() => parse("x-lock-timout=1s"));
		expect(fromUrl.message).toBe("there is no option x-lock-timout; did you mean x-lock-timeout?");
		expect(fromUrl.details).toEqual({ option: "x-lock-timout" });
		expect(refused(() => complete({ migrationTable: "m" })).message).toBe(
			"there is no option migrationTable; did you mean migrationsTable?",
		);
	});

	it.each(["cache=shared", "mode=ro", "toString=1"])("leave no parameter unread: %s", (query) => {
		const { message } = refused(() => parse(query));
		expect(message).toContain("known are x-migrations-table, x-no-tx-wrap, x-tx-mode, x-lock-timeout");
		expect(message).toContain("x-atomic");
	});

	it("are no names that every object has", () => {
		expect(refused(() => complete({ toString: "x" })).details.option).toBe("toString");
	});

	it("are given once", () => {
		const error = refused(() => parse("x-atomic=true&x-tx-mode=deferred&x-atomic=true"));
		expect(error.message).toBe("the option x-atomic is given twice");
	});
});
