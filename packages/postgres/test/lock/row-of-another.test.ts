import { PGlite } from "@electric-sql/pglite";
import type { Driver } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pglite } from "../../src/index.ts";

let database: PGlite;
let driver: Driver;

beforeEach(async () => {
	database = await PGlite.create();
	driver = pglite.withInstance(database);
	await driver.lock();
	await driver.unlock();
});

afterEach(async () => {
	await driver.close();
	await database.close();
});

/** Leaves a row as a run on another host has it, whose lease ends at a time. */
async function leaveRow(owner: string, expires: string): Promise<void> {
	await database.query(
		`UPDATE schema_migrations_lock SET locked = TRUE, owner = $1, expires_at = now() + interval '${expires}'`,
		[owner],
	);
}

describe("the row of another run", () => {
	it("keeps everybody out for its lease when it names no session, and says until when", async () => {
		await leaveRow("process 7 on host elsewhere (abc)", "1 hour");
		await expect(driver.lock({ timeoutMs: 0 })).rejects.toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringMatching(/process 7 on host elsewhere.*cannot be checked from here; its lease ends at \d/),
		});
	});

	it.each([
		["whose lease is over", "process 7 on host elsewhere (abc)", "-1 hour"],
		["whose session has ended, however long its lease", "process 7 on host elsewhere, backend 999999 (abc)", "1 hour"],
	])("is taken over from one %s", async (_, owner, expires) => {
		await leaveRow(owner, expires);
		await driver.lock({ timeoutMs: 0 });
		const { rows } = await database.query<{ owner: string }>("SELECT owner FROM schema_migrations_lock");
		expect(rows[0]?.owner).toContain(`process ${process.pid} `);
		await driver.unlock();
	});
});
