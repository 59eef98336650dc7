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

/** In the wrong place, as a typing error puts it there. */
const SECRET = "postgres://app:hunter2@db/app";

describe("a method of Migrate that takes options", () => {
	const kinds = '"adopt" or "pending" or "skip" or "accept" or "dirty"';

	it.each([
		["repair", [undefined], "repair() takes { kind, version, ended, note }, not undefined"],
		["repair", ["skip"], "repair() takes { kind, version, ended, note }, not string"],
		[
			"repair",
			[{ note: SECRET }],
			"repair() takes one cure, and no kind is given; known are adopt, pending, skip, accept, dirty",
		],
		["repair", [{ skip: 1n, accept: 2n }], "repair() has no option skip; known are kind, version, ended, note"],
		["repair", [{ kind: "skip", versoin: 1n }], "repair() has no option versoin; did you mean version?"],
		["repair", [{ kind: "skpi", version: 1n }], `kind must be ${kinds}, not string`],
		["repair", [{ kind: "skips", version: 1n }], `kind must be ${kinds}, not string; did you mean skip?`],
		["repair", [{ kind: SECRET, version: 1n }], `kind must be ${kinds}, not string`],
		["repair", [{ kind: "skip" }], "the kind skip needs version, a bigint or a number, not undefined"],
		["repair", [{ kind: "skip", version: SECRET }], "the kind skip needs version, a bigint or a number, not string"],
		[
			"repair",
			[{ kind: "skip", version: 1n, ended: "applied" }],
			"ended goes with the kind dirty alone, not with skip",
		],
		[
			"repair",
			[{ kind: "dirty", version: 1n, ended: "applied" }],
			"version does not go with the kind dirty, which has ended alone",
		],
		["repair", [{ kind: "dirty" }], "the kind dirty needs ended: applied or reverted"],
		["repair", [{ kind: "dirty", ended: "done" }], 'ended must be "applied" or "reverted", not string'],
		["repair", [{ kind: "skip", version: 1n, note: 7 }], "note must be a text, not 7"],
		["baseline", [1n, { forse: true }], "baseline() has no option forse; did you mean force?"],
		["baseline", [1n, true], "baseline() takes { force }, not true"],
		["restore", ["app.backup", { swpa: true }], "restore() has no option swpa; known are swap"],
		["baseline", [1n, { force: "yes" }], "force must be true or false, not string"],
		["restore", ["app.backup", { swap: "yes" }], "swap must be true or false, not string"],
		["backup", [{ dir: "." }], "a backup has no option dir; known are directory, keep"],
		["backup", [{ keep: SECRET }], "keep must be a whole number of at least 1, or Infinity, not string"],
		["backup", [{ directory: "" }], "directory must be the path of a folder, not an empty text"],
		["rehearse", [1, { allow: [] }], "a rehearsal has no option allow; known are directory, allowLoss"],
		["rehearse", [1, { allowLoss: SECRET }], "allowLoss must be names of tables, not string"],
		["plan", ["up"], "plan() takes { kind, limit, version }, not string"],
		["plan", [{}], "plan() takes a goal, and no kind is given; known are up, down, redo, version"],
		["plan", [{ kind: "redo" }], "limit must be a whole number of at least 1, not undefined"],
		["plan", [{ kind: "up", limit: -1 }], "limit must be a whole number of at least 0, not -1"],
		["plan", [{ kind: "version" }], "the kind version needs version, a bigint or a number, not undefined"],
		["steps", [SECRET], "the number of steps must be a whole number, not string"],
		["redo", [SECRET], "the number of migrations must be a whole number of at least 1, not string"],
		["storedDown", [SECRET], "the number of migrations must be a whole number of at least 0, not string"],
		["dump", [SECRET], "the format must be sql or json or mermaid, not string"],
	])("refuses what it would pass over, without a value that may be secret: %s %o", async (method, given, message) => {
		const driver = recordingDriver();
		await using migrate = new Migrate({ source: memorySource(FILES), driver });
		await expect(call(migrate, method, ...given)).rejects.toThrow(new TypeError(message));
		expect(driver.calls).toEqual([]);
	});

	it.each(["migrate", "force"])("refuses a version that is none without showing what it is: %s", async (method) => {
		const driver = recordingDriver();
		await using migrate = new Migrate({ source: memorySource(FILES), driver });
		const message = expect.stringMatching(/^version string is not a whole number from -1 /);
		await expect(call(migrate, method, SECRET)).rejects.toMatchObject({ code: "ERR_INVALID_VERSION", message });
		expect(driver.calls).toEqual([]);
	});

	it.each([
		[{ transaction: SECRET }, 'transaction must be "each" or "all", not string'],
		[{ outOfOrder: "aply" }, 'outOfOrder must be "error" or "skip" or "apply", not string; did you mean apply?'],
		[{ changed: 1n }, 'changed must be "error" or "warn", not 1'],
		[{ backup: SECRET }, "backup must be true or false, not string"],
		[{ backup: null }, "a backup takes { directory, keep }, not null"],
		[{ prefetch: SECRET }, "prefetch must be a whole number of at least 0, not string"],
		[{ lockTimeoutMs: SECRET }, "lockTimeoutMs must be a number of at least 0, not string"],
	])("refuses options of its own without a value that may be secret: %o", (options, message) => {
		const parts = { source: memorySource(FILES), driver: recordingDriver() };
		expect(() => Reflect.construct(Migrate, [{ ...parts, ...options }])).toThrow(new TypeError(message));
	});
});

describe("new Migrate", () => {
	it.each([
		[[], "undefined"],
		[["./m", "./a.db"], "string"],
		[[null], "null"],
	])("says what it takes: %o", (given, shown) => {
		expect(() => Reflect.construct(Migrate, given)).toThrow(
			new TypeError(
				`new Migrate takes { source, driver } and options, not ${shown}; Migrate.open takes URLs and paths`,
			),
		);
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
