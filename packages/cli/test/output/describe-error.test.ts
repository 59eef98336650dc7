import { MigrateError, suppress } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { describeError } from "../../src/output/describe-error.ts";

const report = { from: 1n, to: 1n, applied: [], missingSteps: 0, stopped: false };

function migrationFailed(cause: unknown): MigrateError {
	const details = { version: 2n, direction: "up", location: "2_b.up.sql", dirty: false, report } as const;
	return new MigrateError("ERR_MIGRATION_FAILED", "2_b.up.sql: boom\nrolled back", details, { cause });
}

async function linesOf(error: unknown): Promise<readonly string[]> {
	return (await describeError(error, { stack: false })).split("\n");
}

describe("describeError", () => {
	it("tells of what failed later, and last of all what the database is like", async () => {
		const error = suppress(migrationFailed(new Error("boom")), new Error("cannot unlock"));
		expect(await linesOf(error)).toEqual(["error: 2_b.up.sql: boom", "then: cannot unlock", "rolled back"]);
	});

	it("shows what is in a thrown object that is no error, as WebAssembly libraries throw", async () => {
		expect(await linesOf({ name: "ErrnoError", errno: 54 })).toEqual(["error: { name: 'ErrnoError', errno: 54 }"]);
		expect(await linesOf("in words")).toEqual(["error: in words"]);
	});

	it("tells of what failed after the cause", async () => {
		const error = migrationFailed(suppress(new Error("boom"), new Error("cannot read the version")));
		expect(await linesOf(error)).toEqual(["error: 2_b.up.sql: boom", "then: cannot read the version", "rolled back"]);
	});

	it("tells of both of two errors that are no MigrateError", async () => {
		expect(await linesOf(suppress(new Error("limit 3 short"), new Error("disk gone")))).toEqual([
			"error: limit 3 short",
			"then: disk gone",
		]);
	});

	it("says the most important of many lines, in six", async () => {
		const error = suppress(migrationFailed(new Error("boom")), new Error("a\nb\nc\nd\ne\nf\ng\nh"));
		expect(await linesOf(error)).toEqual([
			"error: 2_b.up.sql: boom",
			"then: a",
			"b",
			"c",
			"... and 5 lines more",
			"rolled back",
		]);
	});

	it("shows an error without a message", async () => {
		expect((await linesOf(new TypeError()))[0]).toMatch(/^error: TypeError/);
	});
});
