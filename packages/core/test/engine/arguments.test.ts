import { describe, expect, it } from "vitest";
import type { Driver } from "../../src/driver/driver.ts";
import { Migrate } from "../../src/engine/migrate.ts";
import { needsMigration } from "../../src/engine/reports/needs-migration.ts";
import { register, registerSource } from "../../src/registry.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import type { Source } from "../../src/source/source.ts";
import { recordingDriver } from "./recording-driver.ts";

/** Calls a method as code without types does. */
async function call(migrate: Migrate, method: string, ...given: readonly unknown[]): Promise<unknown> {
	return Reflect.get(migrate, method).call(migrate, ...given);
}

const FILES = { "1_a.up.sql": "one", "1_a.down.sql": "-one", "2_b.up.sql": "two", "2_b.down.sql": "-two" };

describe("a method of Migrate that takes no arguments", () => {
	it.each([
		["up", "; steps(1) applies the next migration, and migrate(7) goes to version 7"],
		["version", "; migrate(7) goes to version 7"],
		["drop", ""],
		["status", ""],
		["pending", ""],
		["history", ""],
		["close", ""],
	])("refuses one, and does nothing: %s", async (method, instead) => {
		const driver = recordingDriver();
		const migrate = new Migrate({ source: memorySource(FILES), driver });
		for (const given of [1, undefined, {}]) {
			await expect(call(migrate, method, given)).rejects.toThrow(
				new TypeError(`${method}() takes no arguments${instead}`),
			);
		}
		expect(driver.calls).toEqual([]);
		await call(migrate, method);
	});
});

describe("down", () => {
	const INSTEAD = "without arguments it reverts every migration, and steps(-1) reverts the last one";

	it.each([
		[1, `down() takes { stored }, not number; ${INSTEAD}`],
		[2n, `down() takes { stored }, not bigint; ${INSTEAD}`],
		["1", `down() takes { stored }, not string; ${INSTEAD}`],
		[null, `down() takes { stored }, not null; ${INSTEAD}`],
		[[], `down() takes { stored }, not an array; ${INSTEAD}`],
		[{ stroed: [] }, `down() has no option stroed, only stored; ${INSTEAD}`],
		[{ steps: 1 }, `down() has no option steps, only stored; ${INSTEAD}`],
		[{ stored: undefined }, "stored is what storedDown() has returned, an array"],
	])("refuses %o, and reverts nothing", async (given, message) => {
		const driver = recordingDriver();
		await using migrate = new Migrate({ source: memorySource(FILES), driver });
		await migrate.up();
		const before = [...driver.calls];
		await expect(call(migrate, "down", given)).rejects.toThrow(new TypeError(message));
		expect(driver.calls).toEqual(before);
		expect((await migrate.down()).to).toBe(-1n);
	});
});

describe("Migrate", () => {
	const opened: string[] = [];
	register("seen", {
		open: async () => recordingDriver({ close: async () => void opened.push("closed the driver") }),
	});
	registerSource("seen", {
		open: async () => ({ ...memorySource(FILES), close: async () => void opened.push("closed the source") }),
	});

	const source = memorySource(FILES);
	const driver = recordingDriver();
	const noSource = "the source must be a Source, or for Migrate.open a URL or a path, and is";
	const noDriver = "the driver must be a Driver, or for Migrate.open a URL or a path, and is";
	const database = { prepare() {}, exec() {} };

	it.each([
		[undefined, driver, `${noSource} undefined`],
		[FILES, driver, `${noSource} an object without the method versions`],
		[source, undefined, `${noDriver} undefined`],
		[source, null, `${noDriver} null`],
		[source, database, `${noDriver} an object without the method lock`],
		["seen://", undefined, `${noDriver} undefined`],
		[undefined, "seen://", `${noSource} undefined`],
	])(
		"refuses what is no source and no driver, and opens nothing: %o, %o",
		async (givenSource, givenDriver, message) => {
			opened.length = 0;
			const parts = { source: givenSource as Source, driver: givenDriver as Driver };
			await expect(Migrate.open(parts.source, parts.driver)).rejects.toThrow(new TypeError(message));
			expect(opened).toEqual([]);
		},
	);

	it("made with new takes no URLs, and says what does", () => {
		expect(() => new Migrate({ source: "./migrations" as unknown as Source, driver })).toThrow(
			new TypeError(`${noSource} string`),
		);
	});

	it("leaves nothing open that needsMigration has opened for what is none", async () => {
		opened.length = 0;
		await expect(needsMigration("seen://", undefined as unknown as Driver)).rejects.toThrow(TypeError);
		await expect(needsMigration(undefined as unknown as Source, "seen://")).rejects.toThrow(TypeError);
		expect(opened).toEqual(["closed the source", "closed the driver"]);
	});
});
