import { describe, expect, it } from "vitest";
import { advisoryKey } from "../../src/lock/advisory-lock.ts";

describe("advisoryKey", () => {
	// Seen in pg_locks while golang-migrate's own command ran.
	it("is the one of golang-migrate's pgx5 driver", () => {
		expect(advisoryKey("/postgres", { schema: "public", table: "schema_migrations" })).toBe(3_280_485_947n);
		expect(advisoryKey("postgres", { schema: "public", table: "schema_migrations" })).toBe(143_310_882n);
	});
});
