import { describe, expect, it } from "vitest";
import { type MigrationBody, migrationBody } from "../../src/body/migration-body.ts";
import type { ApplyOutcome, Driver } from "../../src/driver/driver.ts";
import { defineDriver } from "../../src/driver/frame/define-driver.ts";
import type { VersionChange } from "../../src/driver/version-state.ts";
import { Migrate } from "../../src/engine/migrate.ts";
import type { MigrateEvent } from "../../src/engine/migrate-event.ts";
import type { MigrateOptions } from "../../src/engine/migrate-options.ts";
import { MigrateError } from "../../src/migrate-error.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import { type RecordingDriver, recordingDriver } from "./recording-driver.ts";

const THREE = { "1_a.up.sql": "one", "2_b.up.sql": "two", "3_c.up.sql": "three" };

function waitFor(file: string): MigrateError<"ERR_START_OVER"> {
	return new MigrateError("ERR_START_OVER", `needs ${file}`, { reason: `needs ${file}` });
}

/** A driver that cannot run `two` before it was unlocked and locked again, once for each failure. */
function hindered(failures: readonly MigrateError[], overrides: Partial<Driver> = {}): RecordingDriver {
	const left = [...failures];
	function fail(text: string): void {
		const failure = text === "two" ? left.shift() : undefined;
		if (failure !== undefined) throw failure;
	}
	const driver: RecordingDriver = recordingDriver({
		async apply(body, { version, from }: VersionChange) {
			const text = await body.text();
			driver.calls.push(`apply ${text} from ${from?.version}`);
			fail(text);
			driver.state = { version, dirty: false };
			return "applied";
		},
		async transaction({ version, from }, work) {
			driver.calls.push(`begin from ${from?.version}`);
			const result = await work({
				async run(body) {
					fail(await body.text());
					return "applied";
				},
			});
			driver.state = { version, dirty: false };
			return result;
		},
		...overrides,
	});
	return driver;
}

function up(driver: Driver, options: MigrateOptions = {}): ReturnType<Migrate["up"]> {
	return new Migrate({ source: memorySource(THREE), driver, ...options }).up();
}

describe("a driver that asks to start over", () => {
	it("gets its lock given back and taken again, and goes on where it was", async () => {
		const driver = hindered([waitFor("a.db"), waitFor("b.db")]);
		const report = await up(driver);
		expect(report).toMatchObject({ from: -1n, to: 3n, missingSteps: 0, stopped: false });
		expect(report.applied.map(({ version }) => version)).toEqual([1n, 2n, 3n]);
		expect(driver.calls).toEqual([
			"lock",
			...["apply one from -1", "apply two from 1"],
			...["unlock", "lock", "apply two from 1"],
			...["unlock", "lock", "apply two from 1", "apply three from 2"],
			"unlock",
		]);
	});

	it("begins all of it anew in one transaction", async () => {
		const driver = hindered([waitFor("a.db")]);
		const report = await up(driver, { transaction: "all" });
		expect(report.applied.map(({ version }) => version)).toEqual([1n, 2n, 3n]);
		expect(driver.calls).toEqual(["lock", "begin from -1", "unlock", "lock", "begin from -1", "unlock"]);
	});

	it("goes on from where another process has brought the database meanwhile", async () => {
		const driver = hindered([waitFor("a.db")], {
			async unlock() {
				driver.calls.push("unlock");
				if (driver.state.version === 1n) driver.state = { version: 2n, dirty: false };
			},
		});
		const report = await up(driver);
		expect(report.applied.map(({ version }) => version)).toEqual([1n, 3n]);
		expect(driver.calls.slice(3)).toEqual(["unlock", "lock", "apply three from 2", "unlock"]);
	});

	it("makes no step that was not planned, when another process has made one of its steps meanwhile", async () => {
		const driver = hindered([waitFor("a.db")], {
			async unlock() {
				if (driver.state.version === 1n) driver.state = { version: 2n, dirty: false };
			},
		});
		const report = await new Migrate({ source: memorySource(THREE), driver }).steps(2);
		expect(report.applied.map(({ version }) => version)).toEqual([1n]);
		expect(report).toMatchObject({ to: 2n, missingSteps: 0, stopped: false });
	});

	it("reverts nothing below what it was to revert, when another process has reverted that meanwhile", async () => {
		const driver = hindered([waitFor("a.db")], {
			async unlock() {
				driver.state = { version: 1n, dirty: false };
			},
		});
		driver.state = { version: 2n, dirty: false };
		const files = { ...THREE, "2_b.down.sql": "two", "1_a.down.sql": "one" };
		const report = await new Migrate({ source: memorySource(files), driver }).steps(-1);
		expect(report).toMatchObject({ from: 2n, to: 1n, applied: [] });
	});

	it("fails with the migration, and keeps what had succeeded, when the lock cannot be had again", async () => {
		const timeout = new MigrateError("ERR_LOCK_TIMEOUT", "held", { waitedMs: 1, owner: "process 1" });
		const locks: (() => Promise<void>)[] = [async () => {}, () => Promise.reject(timeout)];
		const driver = hindered([waitFor("a.db")], { lock: () => locks.shift()?.() ?? Promise.resolve() });
		await expect(up(driver)).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			cause: timeout,
			details: { version: 2n, report: { to: 1n, applied: [{ version: 1n }] } },
			suppressed: [],
		});
	});

	it("fails with nothing but that when the lock was lost meanwhile", async () => {
		const lost = new MigrateError("ERR_LOCK_LOST", "lost", { owner: "process 1" });
		const unlocks: MigrateError[] = [lost, new MigrateError("ERR_NOT_LOCKED", "not locked", undefined)];
		const driver = hindered([waitFor("a.db")], { unlock: () => Promise.reject(unlocks.shift()) });
		await expect(up(driver)).rejects.toMatchObject({ code: "ERR_MIGRATION_FAILED", cause: lost, suppressed: [] });
	});

	it("stops with what had succeeded when the signal comes while the lock is waited for", async () => {
		const controller = new AbortController();
		const locks: (() => Promise<void>)[] = [
			async () => {},
			async () => {
				controller.abort();
				throw controller.signal.reason;
			},
		];
		const driver = hindered([waitFor("a.db")], { lock: () => locks.shift()?.() ?? Promise.resolve() });
		expect(await up(driver, { signal: controller.signal })).toMatchObject({ to: 1n, stopped: true });
	});

	it("does not go round for ever", async () => {
		const driver = hindered([waitFor("a.db"), waitFor("a.db")]);
		await expect(up(driver)).rejects.toMatchObject({ cause: { code: "ERR_START_OVER" }, details: { version: 2n } });
	});

	it("is put back to where it was by the protocol first", async () => {
		const failures = [waitFor("a.db")];
		const { apply: _, ...driver } = hindered([], {
			async run(body) {
				const text = await body.text();
				const failure = text === "two" ? failures.shift() : undefined;
				if (failure !== undefined) throw failure;
				driver.calls.push(`run ${text}`);
			},
		});
		expect(await up(driver)).toMatchObject({ to: 3n });
		expect(driver.calls.slice(4, 8)).toEqual(["setVersion 2 true", "setVersion 1 false", "unlock", "lock"]);
	});
});

describe("operations that overlap", () => {
	it("run one after the other", async () => {
		const driver = hindered([]);
		const migrate = new Migrate({ source: memorySource(THREE), driver });
		const [first, second, version] = await Promise.all([migrate.steps(1), migrate.steps(1), migrate.version()]);
		expect([first.to, second.to, version.version]).toEqual([1n, 2n, 2n]);
	});

	function closable(apply: boolean): Driver {
		return defineDriver({ name: "app.db" }, () => ({
			tryLock: async () => undefined,
			releaseLock: async () => {},
			version: async () => ({ version: -1n, dirty: false }),
			setVersion: async () => {},
			async run(body) {
				for await (const _ of body);
			},
			...(apply && {
				async apply(body: MigrationBody): Promise<ApplyOutcome> {
					for await (const _ of body);
					return "applied";
				},
			}),
			drop: async () => {},
			close: async () => {},
		})) as Driver;
	}

	it.each([
		[true, "rolled back; the database is without any migration and not dirty"],
		[false, "the database is dirty at version 1"],
	])("end with close, though a body is read past what was read ahead, apply = %s", async (apply, state) => {
		const past = Promise.withResolvers<void>();
		const large = migrationBody(async function* () {
			yield new Uint8Array(200_000);
			past.resolve();
			await new Promise(() => {});
		});
		const migrate = new Migrate({ source: memorySource({}), driver: closable(apply) });
		const file = { identifier: "a", location: "1_a.up.sql", body: large };
		const running = migrate.run({ version: 1n, direction: "up", target: 1n, file });
		running.catch(() => {});
		await past.promise;
		await migrate.close();
		await expect(running).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			message: expect.stringContaining(state),
			suppressed: [],
			cause: { code: "ERR_CLOSED", suppressed: [] },
			details: { dirty: !apply },
		});
	});

	it("keep their report when close comes before the lock was given back", async () => {
		const events: MigrateEvent[] = [];
		const driver = closable(true);
		const onEvent = (event: MigrateEvent): void => {
			events.push(event);
			if (event.type === "end" && event.index === 2) void driver.close();
		};
		expect(await up(driver, { onEvent })).toMatchObject({ to: 3n, applied: [{}, {}, {}] });
		expect(events.at(-1)).toEqual({ type: "unlocked" });
	});

	it("end with close", async () => {
		const closed = new MigrateError("ERR_CLOSED", "closed", undefined);
		const hanging = Promise.withResolvers<never>();
		const began = Promise.withResolvers<void>();
		const driver = hindered([], {
			apply() {
				began.resolve();
				return hanging.promise;
			},
			async close() {
				hanging.reject(closed);
			},
		});
		const migrate = new Migrate({ source: memorySource(THREE), driver });
		const running = migrate.up();
		running.catch(() => {});
		await began.promise;
		await migrate.close();
		await expect(running).rejects.toMatchObject({ code: "ERR_MIGRATION_FAILED", cause: closed });
	});
});
