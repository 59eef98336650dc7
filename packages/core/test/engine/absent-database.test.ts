import { describe, expect, it } from "vitest";
import { Migrate } from "../../src/engine/migrate.ts";
import type { MigrateEvent } from "../../src/engine/migrate-event.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import { type RecordingDriver, recordingDriver } from "./recording-driver.ts";

/** The first lock makes the database, as that of a file does. */
function absentDatabase(): RecordingDriver {
	const driver: RecordingDriver = recordingDriver({
		missingFile: async () => (driver.calls.includes("lock") ? undefined : "/data/app.db"),
	});
	return driver;
}

function over(driver: RecordingDriver, onEvent?: (event: MigrateEvent) => void): Migrate {
	const source = memorySource({ "1_a.up.sql": "one", "1_a.down.sql": "-one" });
	return new Migrate({ source, driver, ...(onEvent && { onEvent }) });
}

describe("a database that is not there", () => {
	it.each([
		["repair of what is dirty", (migrate) => migrate.repair({ kind: "dirty", ended: "applied" })],
		["repair of a version", (migrate) => migrate.repair({ kind: "skip", version: 1n })],
		["backup", (migrate) => migrate.backup()],
	] satisfies readonly (readonly [string, (migrate: Migrate) => Promise<unknown>])[])(
		"is not made by what acts on what is there: %s",
		async (_, act) => {
			const driver = absentDatabase();
			await expect(act(over(driver))).rejects.toMatchObject({
				code: "ERR_DATABASE",
				message: "there is no database at /data/app.db; look at the path, or let up make it",
			});
			expect(driver.calls).toEqual([]);
		},
	);

	it("holds nothing that drop could delete, which says so", async () => {
		const driver = absentDatabase();
		const events: MigrateEvent[] = [];
		await over(driver, (event) => void events.push(event)).drop();
		expect(driver.calls).toEqual([]);
		const message = "there is no database at /data/app.db, so there is nothing to drop";
		expect(events).toEqual([{ type: "notice", message }]);
	});

	it.each([
		["redo", (migrate) => migrate.redo()],
		["down", (migrate) => migrate.down()],
		["steps", (migrate) => migrate.steps(-1)],
	] satisfies readonly (readonly [string, (migrate: Migrate) => Promise<unknown>])[])(
		"has nothing to revert, and is not made: %s",
		async (_, act) => {
			const driver = absentDatabase();
			expect(await act(over(driver))).toMatchObject({ applied: [] });
			expect(driver.calls).toEqual([]);
		},
	);

	it("is made by force, as golang-migrate makes it", async () => {
		const driver = absentDatabase();
		await over(driver).force(1);
		expect(driver.calls).toEqual(["lock", "setVersion 1 false", "unlock"]);
	});
});
