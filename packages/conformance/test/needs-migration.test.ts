import { type Driver, Migrate, memorySource, needsMigration, registerSource, type Source } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { type MemoryDatabase, memoryDatabase, memoryDriver } from "../src/index.ts";

const FILES = { "1_a.up.sql": "create a", "2_b.up.sql": "create b" };

async function migrated(database: MemoryDatabase, files: Readonly<Record<string, string>>): Promise<void> {
	await using migrate = new Migrate({ source: memorySource(files), driver: memoryDriver(database) });
	await migrate.up();
}

/** A driver that counts how often the database is read. */
function counting(driver: Driver): { readonly driver: Driver; readonly reads: () => number } {
	let reads = 0;
	const version: Driver["version"] = (options) => {
		reads++;
		return driver.version(options);
	};
	const { history } = driver;
	const read = history && {
		...history,
		read: (options: Parameters<typeof history.read>[0]) => {
			reads++;
			return history.read(options);
		},
	};
	return { driver: { ...driver, version, ...(read && { history: read }) }, reads: () => reads };
}

describe("needsMigration", () => {
	it("is true until all is applied, and costs one read then", async () => {
		const database = memoryDatabase();
		expect(await needsMigration(memorySource(FILES), memoryDriver(database))).toBe(true);
		await migrated(database, { "1_a.up.sql": "create a" });
		expect(await needsMigration(memorySource(FILES), memoryDriver(database))).toBe(true);
		await migrated(database, FILES);
		const { writes } = database;
		const { driver, reads } = counting(memoryDriver(database));
		expect(await needsMigration(memorySource(FILES), driver)).toBe(false);
		expect(reads()).toBe(1);
		expect(database.writes).toBe(writes);
		// What was given stays open.
		expect((await driver.version()).version).toBe(2n);
	});

	it("rejects with what up would refuse, and takes the options of up", async () => {
		const database = memoryDatabase();
		await migrated(database, { "2_b.up.sql": "create b" });
		const asked = needsMigration(memorySource(FILES), memoryDriver(database));
		await expect(asked).rejects.toMatchObject({ code: "ERR_OUT_OF_ORDER" });
		expect(await needsMigration(memorySource(FILES), memoryDriver(database), { outOfOrder: "skip" })).toBe(false);
		await expect(needsMigration(memorySource({}), memoryDriver(database))).rejects.toMatchObject({
			code: "ERR_NO_MIGRATIONS",
		});
	});

	it("closes what it opens, also when it fails", async () => {
		let open = 0;
		registerSource("counted", {
			async open() {
				const source = memorySource(FILES);
				open++;
				const close = async (): Promise<void> => void open--;
				return Object.create(source, { close: { value: close } }) as Source;
			},
		});
		expect(await needsMigration("counted://", memoryDriver(memoryDatabase()))).toBe(true);
		await expect(needsMigration("counted://", "nothing://")).rejects.toMatchObject({ code: "ERR_UNKNOWN_DRIVER" });
		expect(open).toBe(0);
	});
});
