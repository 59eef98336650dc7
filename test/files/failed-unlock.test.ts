import { Migrate, type MigrateEvent, memorySource } from "@godwit/core";
import BetterSqlite3 from "better-sqlite3";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { factoryOf } from "./backends.ts";
import { createPlace, type Place, query } from "./place.ts";
import { runOnce } from "./runner.ts";

const FILES = { "1_a.up.sql": "CREATE TABLE a (x);", "2_b.up.sql": "CREATE TABLE b (x);" };
const MORE = { ...FILES, "3_c.up.sql": "CREATE TABLE c (x);" };

let place: Place;
/** An application's connection. */
let application: BetterSqlite3.Database;

beforeEach(() => {
	place = createPlace();
	application = new BetterSqlite3(place.path, { timeout: 0 });
	onTestFinished(() => {
		application.close();
		place[Symbol.dispose]();
	});
});

async function migrate(onEvent: (event: MigrateEvent) => void): Promise<Migrate> {
	const driver = await factoryOf("sqlite-native").open(`sqlite-native://${place.path}?x-busy-timeout=50ms`);
	const made = new Migrate({ source: memorySource(MORE), driver, onEvent });
	onTestFinished(() => made.close());
	return made;
}

function beginAfter(version: bigint, events: string[]): (event: MigrateEvent) => void {
	return (event) => {
		events.push(event.type);
		if (event.type === "end" && event.migration.version === version) application.exec("BEGIN IMMEDIATE");
	};
}

describe("unlock that meets an application's transaction", () => {
	it("keeps the report, says unlock-failed, and the lock goes with the next call", async () => {
		const events: string[] = [];
		const godwit = await migrate(beginAfter(2n, events));
		const { applied, to } = await godwit.steps(2);
		expect({ applied: applied.length, to }).toEqual({ applied: 2, to: 2n });
		expect(events.at(-1)).toBe("unlock-failed");
		application.exec("ROLLBACK");
		expect(query(place.path, "SELECT locked FROM schema_migrations_lock")).toEqual([[1]]);
		expect(await godwit.version()).toEqual({ version: 2n, dirty: false });
		expect(query(place.path, "SELECT locked FROM schema_migrations_lock")).toEqual([[0]]);
		expect(place.files()).toEqual(["app.db"]);
		expect((await godwit.up()).applied).toHaveLength(1);
		expect(events.at(-1)).toBe("unlocked");
	});

	it("locks again at once, also while the application still is at work", async () => {
		const godwit = await migrate(beginAfter(2n, []));
		await godwit.steps(2);
		expect(await godwit.version()).toEqual({ version: 2n, dirty: false });
		application.exec("ROLLBACK");
		expect((await godwit.up()).applied).toHaveLength(1);
	});

	it("keeps nobody out once it is closed, although the application never ended and this process lives", async () => {
		const godwit = await migrate(beginAfter(2n, []));
		await godwit.steps(2);
		await godwit.close();
		application.exec("ROLLBACK");
		expect(query(place.path, "SELECT locked FROM schema_migrations_lock")).toEqual([[1]]);
		for (const backend of ["sqlite-native", "node-sqlite"] as const) {
			const files = backend === "sqlite-native" ? MORE : { ...MORE, "4_d.up.sql": "CREATE TABLE d (x);" };
			const options = "x-lock-timeout=0s";
			expect(await runOnce({ backend, path: place.path, files, options, lockTimeoutMs: 0 })).toMatchObject({
				applied: 1,
			});
		}
	});

	it("keeps nobody out of this process either", async () => {
		const godwit = await migrate(beginAfter(2n, []));
		await godwit.steps(2);
		await godwit.close();
		application.exec("ROLLBACK");
		const again = await migrate(() => {});
		expect((await again.up()).applied).toHaveLength(1);
	});
});
