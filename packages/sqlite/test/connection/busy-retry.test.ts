import type { MigrateError } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { retryWhileBusy } from "../../src/connection/busy-retry.ts";
import { DatabaseHeldError } from "../../src/connection/database-held-error.ts";
import type { SqliteConnection } from "../../src/connection/sqlite-connection.ts";

const TIMEOUTS = { busyTimeoutMs: 0, lockTimeoutMs: 0 };
const WAITED_ALREADY_MS = 5_000;

/** Tells nothing apart: only what the lock beside the file says is met here. */
const connection = { resultCode: () => undefined } as Partial<SqliteConnection> as SqliteConnection;

describe("retryWhileBusy", () => {
	it("reports the wait of the whole call, not of its own part of it", async () => {
		const since = performance.now() - WAITED_ALREADY_MS;
		let attempts = 0;
		const held = retryWhileBusy(connection, { ...TIMEOUTS, timeoutMs: WAITED_ALREADY_MS, since }, () => {
			attempts++;
			throw new DatabaseHeldError("app.db.lock is held by process 1", "godwit");
		});
		const error: MigrateError<"ERR_LOCK_TIMEOUT"> = await held.then(expect.unreachable, (caught) => caught);
		expect(error).toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
		expect(error.details.waitedMs).toBeGreaterThanOrEqual(WAITED_ALREADY_MS);
		expect(attempts).toBe(1);
	});
});
