import { describe, expect, it } from "vitest";
import { type MigrationBody, migrationBody, textBody } from "../../src/body/migration-body.ts";
import type { ApplyOutcome, Driver } from "../../src/driver/driver.ts";
import type { VersionState } from "../../src/driver/version-state.ts";
import { Migrate } from "../../src/engine/migrate.ts";
import type { MigrateEvent } from "../../src/engine/migrate-event.ts";
import type { MigrateOptions } from "../../src/engine/migrate-options.ts";
import { MigrateError, suppress } from "../../src/migrate-error.ts";
import { register, registerSource } from "../../src/registry.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import type { Source } from "../../src/source/source.ts";
import { GO_FIXTURE } from "../source/go-fixture.ts";
import { type RecordingDriver, recordingDriver } from "./recording-driver.ts";

const THREE = { "1_a.up.sql": "one", "1_a.down.sql": "-one", "2_b.up.sql": "two", "3_c.up.sql": "three" };

function migrateOver(driver: Driver, options: MigrateOptions = {}, files: Record<string, string> = THREE): Migrate {
	return new Migrate({ source: memorySource(files), driver, ...options });
}

function atVersion(version: bigint, dirty = false, overrides: Partial<Driver> = {}): RecordingDriver {
	const driver = recordingDriver(overrides);
	driver.state = { version, dirty };
	return driver;
}

function watchedSource(overrides: Partial<Source> = {}): Source & { closed: number } {
	const source = {
		...memorySource(THREE),
		closed: 0,
		close: async () => {
			source.closed++;
		},
		...overrides,
	};
	return source;
}

function failing(message: string): () => Promise<never> {
	return async () => {
		throw new Error(message);
	};
}

describe("Migrate.open", () => {
	const noDatabase = new MigrateError("ERR_DATABASE", "no such folder", {});
	let opened: ReturnType<typeof watchedSource>;
	registerSource("watched", {
		open: async (url) => {
			opened = watchedSource(url.endsWith("stuck") ? { close: failing("stuck") } : {});
			return opened;
		},
	});
	register("broken", {
		open: async () => {
			throw noDatabase;
		},
	});
	register("recording", { open: async () => recordingDriver() });

	it("opens both by URL, and close closes both", async () => {
		const migrate = await Migrate.open("watched://", "recording://");
		expect(await migrate.version()).toEqual({ version: -1n, dirty: false });
		await migrate.close();
		expect(opened.closed).toBe(1);
	});

	it("closes the source that it opened when the database cannot be opened", async () => {
		await expect(Migrate.open("watched://", "broken://")).rejects.toBe(noDatabase);
		expect(opened.closed).toBe(1);
	});

	it("tells of the database first when the source cannot be closed either", async () => {
		await expect(Migrate.open("watched://stuck", "broken://")).rejects.toMatchObject({
			code: "ERR_DATABASE",
			suppressed: [expect.objectContaining({ message: "stuck" })],
		});
	});

	it("leaves a source that the caller brought open", async () => {
		const source = watchedSource();
		await expect(Migrate.open(source, "broken://")).rejects.toBe(noDatabase);
		expect(source.closed).toBe(0);
	});

	it.each([
		{ prefetch: -1 },
		{ prefetch: 1.5 },
		{ prefetch: Number.NaN },
		{ lockTimeoutMs: -1 },
		{ lockTimeoutMs: Number.NaN },
		{ transaction: "All" } as unknown as MigrateOptions,
		{ missingDown: "ignore" } as unknown as MigrateOptions,
	])("refuses %o before it opens anything", async (options) => {
		await expect(Migrate.open("nothing://", "nothing://", options)).rejects.toThrow(TypeError);
		expect(() => migrateOver(recordingDriver(), options)).toThrow(TypeError);
	});
});

describe("Migrate.close", () => {
	it("closes the database also when the source cannot be closed, and tells of both", async () => {
		const source = watchedSource({ close: failing("source") });
		const driver = recordingDriver();
		await expect(new Migrate({ source, driver }).close()).rejects.toThrow("source");
		expect(driver.calls).toEqual(["close"]);
		const stuck = recordingDriver({ close: failing("driver") });
		await expect(new Migrate({ source, driver: stuck }).close()).rejects.toMatchObject({
			errors: [{ message: "source" }, { message: "driver" }],
		});
	});

	it("is what await using calls", async () => {
		const driver = recordingDriver();
		{
			await using _ = migrateOver(driver);
		}
		expect(driver.calls).toEqual(["close"]);
	});
});

describe("golang-migrate's protocol", () => {
	it("marks dirty, runs and marks clean, step by step under one lock", async () => {
		const driver = recordingDriver();
		const report = await migrateOver(driver).steps(2);
		expect(driver.calls).toEqual([
			"lock",
			...["setVersion 1 true", "run one", "setVersion 1 false"],
			...["setVersion 2 true", "run two", "setVersion 2 false"],
			"unlock",
		]);
		expect(report).toMatchObject({ from: -1n, to: 2n, missingSteps: 0, stopped: false });
		expect(report.applied).toMatchObject([
			{ version: 1n, direction: "up", target: 1n, identifier: "a" },
			{ version: 2n, direction: "up", target: 2n, identifier: "b" },
		]);
	});

	it("moves the version alone where there is no up file", async () => {
		const driver = atVersion(4n);
		const report = await migrateOver(driver, {}, GO_FIXTURE).steps(1);
		expect(driver.calls).toEqual(["lock", "setVersion 5 false", "unlock"]);
		expect(report.applied).toMatchObject([{ version: 5n, identifier: "<empty>" }]);
	});

	it("leaves the database dirty at the failed step, and its report keeps what had succeeded", async () => {
		const driver = recordingDriver();
		const failed = migrateOver(driver, {}, { ...THREE, "2_b.up.sql": "fail" }).up();
		await expect(failed).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			message: expect.stringMatching(/^2_b\.up\.sql: no such table: usr\nthe database is dirty at version 2: /),
			details: { version: 2n, direction: "up", location: "2_b.up.sql", dirty: true, report: { from: -1n, to: 1n } },
			cause: expect.objectContaining({ message: "no such table: usr" }),
		});
		expect(driver.calls.slice(-3)).toEqual(["setVersion 2 true", "run fail", "unlock"]);
	});

	it.each([2n, 3n, 99n])("refuses a database dirty at %s under the lock and leaves it alone", async (version) => {
		const driver = atVersion(version, true);
		await expect(migrateOver(driver).up()).rejects.toMatchObject({ code: "ERR_DIRTY", details: { version } });
		expect(driver.calls).toEqual(["lock", "unlock"]);
	});

	it("says so when the first migration's way down left the database dirty", async () => {
		await expect(migrateOver(atVersion(-1n, true)).up()).rejects.toThrow(
			/is dirty before the first migration, which was being reverted: /,
		);
	});

	it("goes on when the dirty flag was that of somebody who has finished", async () => {
		const driver = atVersion(1n, true, {
			async lock() {
				driver.state = { version: 2n, dirty: false };
			},
		});
		expect(await migrateOver(driver).up()).toMatchObject({ from: 2n, to: 3n });
	});

	it("runs what run() is given, whatever the source has", async () => {
		const driver = recordingDriver();
		const body = migrationBody(async function* () {
			yield new TextEncoder().encode("extra");
		});
		const file = { identifier: "extra", location: "here", body };
		await migrateOver(driver).run({ version: 9n, direction: "up", target: 9n, file });
		expect(driver.calls).toContain("run extra");
		expect((await migrateOver(driver).run()).applied).toEqual([]);
	});
});

describe("a body that throws at once", () => {
	const thrown = new Error("no such module");
	const bodies: Readonly<Record<string, MigrationBody>> = {
		"as it is opened": migrationBody(() => {
			throw thrown;
		}),
		"as it is read": migrationBody(() => ({
			[Symbol.asyncIterator]: () => ({
				next: () => {
					throw thrown;
				},
			}),
		})),
		"as it is read whole": migrationBody(
			() => {
				throw thrown;
			},
			() => {
				throw thrown;
			},
		),
	};

	it.for(Object.keys(bodies))("%s, is a failure of its own migration", async (when) => {
		const driver = recordingDriver();
		const file = (body: MigrationBody, location: string) => ({ identifier: "it", location, body });
		const first = { version: 1n, direction: "up", target: 1n, file: file(textBody("one"), "1_a.up.sql") } as const;
		const body = bodies[when] ?? expect.unreachable();
		const second = { version: 2n, direction: "up", target: 2n, file: file(body, "2_b.up.ts") } as const;
		await expect(migrateOver(driver).run(first, second)).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			cause: thrown,
			details: { version: 2n, location: "2_b.up.ts", report: { to: 1n, applied: [{ version: 1n }] } },
		});
		expect(driver.calls).toContain("run one");
		expect(driver.calls).toContain("unlock");
	});
});

describe("a driver with apply", () => {
	it("gets the body and the version in one call; what it declines goes by the protocol", async () => {
		const driver = recordingDriver({
			async apply(body, { version }) {
				const text = await body.text();
				driver.calls.push(`apply ${text} ${version}`);
				if (text === "two") return "declined";
				driver.state = { version, dirty: false };
				return "applied";
			},
		});
		await migrateOver(driver).up();
		expect(driver.calls).toEqual([
			"lock",
			"apply one 1",
			...["apply two 2", "setVersion 2 true", "run two", "setVersion 2 false"],
			"apply three 3",
			"unlock",
		]);
	});

	it("leaves the database clean after a failure, whose place the message begins with", async () => {
		const driver = recordingDriver({
			async apply() {
				throw new MigrateError("ERR_SQL", "syntax error", { sql: "selec", line: 3, column: 7 });
			},
		});
		await expect(migrateOver(driver).up()).rejects.toMatchObject({
			message: "1_a.up.sql:3:7: syntax error\nrolled back; the database is without any migration and not dirty",
			details: { dirty: false },
		});
	});

	it("is told of without a column and of what is no error, too", async () => {
		const withoutColumn = new MigrateError("ERR_SQL", "syntax error", { sql: "selec", line: 3 });
		for (const [cause, message] of [
			[withoutColumn, /^1_a\.up\.sql:3:1: syntax error/],
			["a string", /^1_a\.up\.sql: a string/],
		] as const) {
			const driver = recordingDriver({ apply: () => Promise.reject(cause) });
			await expect(migrateOver(driver).up()).rejects.toThrow(message);
		}
	});
});

describe("a commit that fails", () => {
	function failingCommit(overrides: Partial<Driver>): RecordingDriver {
		const driver: RecordingDriver = recordingDriver({
			async apply(_, { version }) {
				driver.state = { version, dirty: false };
				throw new MigrateError("ERR_DATABASE", "disk I/O error", {});
			},
			...overrides,
		});
		return driver;
	}

	it("and has happened all the same is reported with the version that the database is at", async () => {
		await expect(migrateOver(failingCommit({})).up()).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			message: "1_a.up.sql: disk I/O error\nall the same the database is at version 1 and not dirty",
			details: { dirty: false, report: { from: -1n, to: 1n, applied: [] } },
		});
	});

	it.each([
		["was not the one that the database has seen", "another one", "rolled back; the database is at version 5"],
		["was the one that the database has seen", undefined, "all the same the database is at version 5"],
	])("of a step that leaves the version as it is %s by its token alone", async (_, seen, state) => {
		const driver: RecordingDriver = recordingDriver({
			async apply(_body, { token }) {
				last = seen ?? token;
				throw new MigrateError("ERR_DATABASE", "disk I/O error", {});
			},
			lastToken: async () => last,
		});
		let last: string | undefined;
		driver.state = { version: 5n, dirty: false };
		const file = { identifier: "c", location: "3_c.up.sql", body: textBody("") };
		const step = { version: 3n, direction: "up", target: 5n, file } as const;
		await expect(migrateOver(driver).run(step)).rejects.toMatchObject({
			message: `3_c.up.sql: disk I/O error\n${state} and not dirty`,
		});
	});

	it("because another process has the lock and goes on is not credited with what that one did", async () => {
		const driver: RecordingDriver = recordingDriver({
			async apply() {
				driver.state = { version: 2n, dirty: false };
				throw new MigrateError("ERR_LOCK_LOST", "the lock was lost", { owner: "another" });
			},
		});
		await expect(migrateOver(driver).up()).rejects.toMatchObject({
			message:
				"1_a.up.sql: the lock was lost\nmeanwhile another process has been at work: the database is at version 2 and not dirty",
			details: { report: { to: 2n, applied: [] } },
		});
	});

	it("before the database stops to answer is not reported as rolled back", async () => {
		const answers = [
			{ version: -1n, dirty: false },
			{ version: -1n, dirty: false },
		];
		const version = async (): Promise<VersionState> => answers.shift() ?? (await failing("the disk is gone")());
		await expect(migrateOver(failingCommit({ version })).up()).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			message: expect.stringMatching(/^1_a\.up\.sql: disk I\/O error\nwhether it was rolled back cannot be read; /),
			details: { dirty: false },
			cause: { code: "ERR_DATABASE", suppressed: [expect.objectContaining({ message: "the disk is gone" })] },
		});
	});

	it("while the version is marked dirty is reported as the database has it", async () => {
		const driver = recordingDriver({
			async setVersion({ version, dirty }) {
				driver.state = { version, dirty };
				throw new Error("disk I/O error");
			},
		});
		await expect(migrateOver(driver).up()).rejects.toMatchObject({
			message: expect.stringContaining("the database is dirty at version 1"),
			details: { dirty: true, report: { to: -1n } },
		});
	});

	it("after the version was marked dirty, with a database that stops to answer, leaves it dirty", async () => {
		const answers = [
			{ version: -1n, dirty: false },
			{ version: -1n, dirty: false },
		];
		const version = async (): Promise<VersionState> => answers.shift() ?? (await failing("the disk is gone")());
		const driver = recordingDriver({ version, run: failing("disk I/O error") });
		await expect(migrateOver(driver).up()).rejects.toMatchObject({
			message: expect.stringContaining("the database is dirty at version 1"),
			details: { dirty: true },
		});
	});
});

describe('transaction: "all"', () => {
	async function inTransaction(body: MigrationBody): Promise<ApplyOutcome> {
		const text = await body.text();
		if (text === "fail") throw new Error("no such table: usr");
		return text === "declined" ? "declined" : "applied";
	}

	/** A driver whose transaction puts the state back. */
	function transactional(): RecordingDriver {
		const driver = recordingDriver({
			async transaction({ version, dirty }, work) {
				const { state } = driver;
				try {
					const result = await work({ run: inTransaction });
					driver.state = { version, dirty };
					return result;
				} catch (error) {
					driver.state = state;
					driver.calls.push("rollback");
					throw error;
				}
			},
		});
		return driver;
	}

	it("is refused by a driver without the capability, before anything runs", async () => {
		const driver = recordingDriver();
		await expect(migrateOver(driver, { transaction: "all" }).up()).rejects.toMatchObject({
			code: "ERR_UNSUPPORTED",
			details: { capability: "transaction" },
		});
		expect(driver.calls).toEqual(["lock", "unlock"]);
	});

	it("applies all of it", async () => {
		const driver = transactional();
		expect(await migrateOver(driver, { transaction: "all" }).up()).toMatchObject({ to: 3n, stopped: false });
		expect(driver.state.version).toBe(3n);
	});

	it.each([
		["fail", /no such table/, Error],
		["declined", /-transaction each \(transaction: "each"\)/, MigrateError],
	])(
		"rolls all of it back at a migration that says %s, and reports nothing as applied",
		async (text, message, kind) => {
			const driver = transactional();
			const files = { ...THREE, "2_b.up.sql": text };
			await expect(migrateOver(driver, { transaction: "all" }, files).up()).rejects.toMatchObject({
				code: "ERR_MIGRATION_FAILED",
				message: expect.stringMatching(message),
				details: { dirty: false, report: { from: -1n, to: -1n, applied: [] } },
				cause: expect.any(kind),
			});
			expect(driver.state).toEqual({ version: -1n, dirty: false });
		},
	);

	it.each([
		["has happened all the same", 3n, "all the same the database is at version 3 and not dirty"],
		["has not happened", -1n, "rolled back; the database is without any migration and not dirty"],
	])("tells where the database is when the commit of all fails and %s", async (_, version, state) => {
		const driver: RecordingDriver = recordingDriver({
			async transaction(_, work) {
				await work({ run: inTransaction });
				driver.state = { version, dirty: false };
				throw new MigrateError("ERR_DATABASE", "disk I/O error", {});
			},
		});
		await expect(migrateOver(driver, { transaction: "all" }).up()).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			message: `3_c.up.sql: disk I/O error\n${state}`,
			details: { dirty: false, report: { from: -1n, to: version, applied: [] } },
		});
	});

	it("passes on that its transaction cannot begin", async () => {
		const busy = new MigrateError("ERR_BUSY", "busy", { waitedMs: 0 });
		const driver = recordingDriver({ transaction: () => Promise.reject(busy) });
		await expect(migrateOver(driver, { transaction: "all" }).up()).rejects.toBe(busy);
	});

	it("rolls all of it back when the signal comes, and reports nothing as applied", async () => {
		const driver = transactional();
		const controller = new AbortController();
		const onEvent = ({ type }: MigrateEvent): void => {
			if (type === "start") controller.abort();
		};
		const options = { transaction: "all", signal: controller.signal, onEvent } as const;
		expect(await migrateOver(driver, options).up()).toEqual({
			from: -1n,
			to: -1n,
			applied: [],
			missingSteps: 0,
			stopped: true,
		});
		expect(driver.calls).toEqual(["lock", "rollback", "unlock"]);
	});

	it("tells of a stop and of a rollback that fails after it", async () => {
		const driver = recordingDriver({
			async transaction(_, work) {
				try {
					return await work({ run: inTransaction });
				} catch (error) {
					throw suppress(error, new Error("cannot roll back"));
				}
			},
		});
		const controller = new AbortController();
		const onEvent = ({ type }: MigrateEvent): void => {
			if (type === "start") controller.abort();
		};
		const options = { transaction: "all", signal: controller.signal, onEvent } as const;
		await expect(migrateOver(driver, options).up()).rejects.toMatchObject({
			message: "the operation was stopped",
			errors: [expect.any(Error), expect.objectContaining({ message: "cannot roll back" })],
		});
	});
});

describe("the lock", () => {
	it("is given back after a failure; when that fails too, the first error keeps it", async () => {
		const lost = new MigrateError("ERR_LOCK_LOST", "lost", { owner: "somebody" });
		const driver = recordingDriver({ unlock: () => Promise.reject(lost) });
		await expect(migrateOver(driver, {}, { "1_a.up.sql": "fail" }).up()).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			suppressed: [lost],
		});
	});

	it("that was lost is an error also after success", async () => {
		const lost = new MigrateError("ERR_LOCK_LOST", "lost", { owner: "somebody" });
		await expect(migrateOver(recordingDriver({ unlock: () => Promise.reject(lost) })).up()).rejects.toBe(lost);
	});

	it("that cannot be given back takes nobody the report of what was done, which stays done", async () => {
		const busy = new MigrateError("ERR_BUSY", "busy", { waitedMs: 1 });
		const driver = recordingDriver({ unlock: () => Promise.reject(busy) });
		const events: MigrateEvent[] = [];
		const migrate = migrateOver(driver, { onEvent: (event) => events.push(event) });
		expect(await migrate.up()).toMatchObject({ from: -1n, to: 3n, applied: [{}, {}, {}] });
		await migrate.force(2);
		expect(events.map(({ type }) => type)).not.toContain("unlocked");
		expect(events.filter(({ type }) => type === "unlock-failed")).toEqual([
			{ type: "unlock-failed", error: busy },
			{ type: "unlock-failed", error: busy },
		]);
	});

	it("is not taken when there is nothing to do", async () => {
		const driver = atVersion(3n);
		expect(await migrateOver(driver).up()).toEqual({ from: 3n, to: 3n, applied: [], missingSteps: 0, stopped: false });
		expect(await migrateOver(driver).steps(0)).toMatchObject({ applied: [], missingSteps: 0 });
		expect(await migrateOver(driver).steps(2)).toMatchObject({ applied: [], missingSteps: 2 });
		expect(await migrateOver(driver).migrate(3)).toMatchObject({ applied: [] });
		expect(driver.calls).toEqual([]);
	});

	it("is followed by a second look at the version", async () => {
		const driver = recordingDriver({
			async lock() {
				driver.state = { version: 2n, dirty: false };
			},
		});
		const report = await migrateOver(driver).up();
		expect(report).toMatchObject({ from: 2n, to: 3n });
		expect(driver.calls).not.toContain("run one");
	});

	it("is waited for as long as lockTimeoutMs says", async () => {
		const asked: (number | undefined)[] = [];
		const driver = recordingDriver({
			async lock(options) {
				asked.push(options?.timeoutMs);
			},
			async version(options) {
				asked.push(options?.timeoutMs);
				return driver.state;
			},
		});
		const migrate = migrateOver(driver, { lockTimeoutMs: 250 });
		await migrate.force(1);
		await migrate.version();
		expect(asked).toEqual([250, 250]);
	});

	it("is taken to force and to drop, dirty or not", async () => {
		const driver = atVersion(2n, true);
		const migrate = migrateOver(driver);
		await migrate.force(-1);
		await migrate.drop();
		expect(driver.calls).toEqual(["lock", "setVersion -1 false", "unlock", "lock", "drop", "unlock"]);
		await expect(migrate.force(-2)).rejects.toMatchObject({ code: "ERR_INVALID_VERSION" });
	});
});

describe("the signal", () => {
	const reason = new Error("stop");

	/** A driver that waits for its lock until the signal comes. */
	function waitingDriver(controller: AbortController): RecordingDriver {
		return recordingDriver({
			lock: async (options) => {
				controller.abort(reason);
				options?.signal?.throwIfAborted();
			},
		});
	}

	it("is heard when it came while a migration blocked the thread", async () => {
		const controller = new AbortController();
		process.once("SIGUSR2", () => controller.abort());
		const driver = recordingDriver({
			async apply() {
				process.kill(process.pid, "SIGUSR2");
				return "applied";
			},
		});
		const report = await migrateOver(driver, { signal: controller.signal }).up();
		expect(report).toMatchObject({ applied: [{ version: 1n }], stopped: true });
	});

	it("ends the waiting for the lock; the operation is stopped and nothing ran", async () => {
		const controller = new AbortController();
		const driver = waitingDriver(controller);
		const report = await migrateOver(driver, { signal: controller.signal }).up();
		expect(report).toEqual({ from: -1n, to: -1n, applied: [], missingSteps: 0, stopped: true });
		expect(driver.calls).toEqual([]);
	});

	it("that ends the waiting of force, which has no report, is thrown", async () => {
		const controller = new AbortController();
		const forced = migrateOver(waitingDriver(controller), { signal: controller.signal }).force(1);
		await expect(forced).rejects.toBe(reason);
	});

	it("hides no other failure to lock", async () => {
		const controller = new AbortController();
		const driver = recordingDriver({
			async lock() {
				controller.abort();
				throw new Error("disk");
			},
		});
		await expect(migrateOver(driver, { signal: controller.signal }).up()).rejects.toThrow("disk");
	});

	it("stops after the migration in flight", async () => {
		const controller = new AbortController();
		const driver = recordingDriver();
		const onEvent = ({ type }: MigrateEvent): void => {
			if (type === "start") controller.abort();
		};
		const report = await migrateOver(driver, { signal: controller.signal, onEvent }).up();
		expect(report).toMatchObject({ to: 1n, applied: [{ version: 1n }], stopped: true });
		expect(driver.calls.at(-1)).toBe("unlock");
	});

	it("that came before leaves everything undone, for the life of the instance", async () => {
		const driver = recordingDriver();
		const migrate = migrateOver(driver, { signal: AbortSignal.abort() });
		expect(await migrate.up()).toMatchObject({ applied: [], stopped: true });
		expect(await migrate.steps(1)).toMatchObject({ applied: [], stopped: true });
		expect(await migrate.down()).toMatchObject({ applied: [], stopped: false });
		expect(driver.calls).toEqual([]);
	});
});

describe("onEvent", () => {
	it("hears locked, then for each migration start, progress and end, then unlocked", async () => {
		const events: MigrateEvent[] = [];
		await migrateOver(recordingDriver(), { onEvent: (event) => events.push(event) }).steps(2);
		expect(events).toMatchObject([
			{ type: "locked", waitedMs: expect.any(Number) },
			{ type: "start", migration: { version: 1n, file: { identifier: "a" } }, index: 0, count: 2 },
			{ type: "progress", migration: { version: 1n }, bytes: 3 },
			{ type: "end", migration: { version: 1n, identifier: "a", durationMs: expect.any(Number) }, index: 0, count: 2 },
			{ type: "start", migration: { version: 2n }, index: 1, count: 2 },
			{ type: "progress", migration: { version: 2n }, bytes: 3 },
			{ type: "end", migration: { version: 2n }, index: 1, count: 2 },
			{ type: "unlocked" },
		]);
	});

	it("hears first what the lock cannot keep out", async () => {
		const notice = "applications of another kind are not kept out";
		const driver = recordingDriver({ lock: async (options) => options?.onNotice?.(notice) });
		const events: MigrateEvent[] = [];
		await migrateOver(driver, { onEvent: (event) => events.push(event) }).force(1);
		expect(events).toMatchObject([{ type: "notice", message: notice }, { type: "locked" }, { type: "unlocked" }]);
	});

	it.each(["locked", "start", "end"])(
		"ends the operation by throwing at %s, and the lock is given back",
		async (type) => {
			const driver = recordingDriver();
			const failure = new Error("stop");
			const onEvent = (event: MigrateEvent): void => {
				if (event.type === type) throw failure;
			};
			await expect(migrateOver(driver, { onEvent }).up()).rejects.toBe(failure);
			expect(driver.calls.at(-1)).toBe("unlock");
			expect(driver.calls).not.toContain("run two");
		},
	);

	it("that throws the signal's reason ends in that error, not in a report that hides what ran", async () => {
		const controller = new AbortController();
		const reason = new Error("stop");
		const onEvent = ({ type }: MigrateEvent): void => {
			if (type !== "end") return;
			controller.abort(reason);
			throw reason;
		};
		const stopped = migrateOver(recordingDriver(), { signal: controller.signal, onEvent }).up();
		await expect(stopped).rejects.toBe(reason);
	});
});

describe("a source", () => {
	it("without any migration is an error on the way up or to a version", async () => {
		const migrate = migrateOver(recordingDriver(), {}, {});
		for (const way of [() => migrate.up(), () => migrate.steps(1), () => migrate.migrate(1)]) {
			await expect(way()).rejects.toMatchObject({ code: "ERR_NO_MIGRATIONS", details: { location: "memory" } });
		}
		expect((await migrate.down()).applied).toEqual([]);
		expect((await migrate.steps(0)).applied).toEqual([]);
	});

	it("without a down file stops the way down before anything runs", async () => {
		const driver = atVersion(3n);
		await expect(migrateOver(driver).down()).rejects.toMatchObject({
			code: "ERR_IRREVERSIBLE",
			message: expect.stringContaining("nothing was changed"),
			details: { version: 3n },
		});
		expect(driver.calls).toEqual([]);
	});

	it('without a down file is stepped over with missingDown: "skip", as golang-migrate does', async () => {
		const driver = atVersion(2n);
		const report = await migrateOver(driver, { missingDown: "skip" }).down();
		expect(driver.calls).toEqual([
			...["lock", "setVersion 1 false"],
			...["setVersion -1 true", "run -one", "setVersion -1 false", "unlock"],
		]);
		expect(report.applied).toMatchObject([
			{ version: 2n, target: 1n, identifier: "<empty>" },
			{ version: 1n, target: -1n },
		]);
	});

	it("that lacks the database's version is an error", async () => {
		await expect(migrateOver(atVersion(0n)).up()).rejects.toMatchObject({
			code: "ERR_VERSION_NOT_FOUND",
			message: expect.stringContaining("the source, which has 3 migrations, from 1 to 3"),
		});
		const one = migrateOver(recordingDriver(), {}, { "4_a.up.sql": "" });
		await expect(one.migrate(7)).rejects.toMatchObject({
			message: expect.stringContaining("the source, which has version 4 alone"),
		});
		await expect(migrateOver(atVersion(9n)).up()).rejects.toMatchObject({ code: "ERR_DATABASE_NEWER" });
	});

	/** Migrations 1 to 20 that note when they are opened and closed. */
	function countingSource(failAt?: number): {
		readonly source: Source;
		readonly seen: { open: number; opened: number };
	} {
		const seen = { open: 0, opened: 0 };
		const source = memorySource(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i + 1}_x.up.sql`, ""])));
		const readUp: Source["readUp"] = async (version) => {
			const body = migrationBody(async function* () {
				seen.open++;
				seen.opened++;
				try {
					const text = version === BigInt(failAt ?? 0) ? "fail" : "";
					yield new TextEncoder().encode(text.padEnd(200_000));
				} finally {
					seen.open--;
				}
			});
			return { identifier: "x", location: `${version}`, body };
		};
		return { source: { ...source, readUp }, seen };
	}

	it.each([
		[0, 1],
		[3, 4],
		[undefined, 11],
	])("is read ahead of the running migration by prefetch = %s migrations", async (prefetch, ahead) => {
		const { source, seen } = countingSource();
		const opened: number[] = [];
		const onEvent = ({ type }: MigrateEvent): void => {
			if (type === "start") opened.push(seen.opened);
		};
		const options = { source, driver: recordingDriver(), onEvent, ...(prefetch !== undefined && { prefetch }) };
		await new Migrate(options).up();
		expect(opened).toEqual(Array.from({ length: 20 }, (_, index) => Math.min(index + ahead, 20)));
		expect(seen).toEqual({ open: 0, opened: 20 });
	});

	it("has no file left open after a failure or a stop", async () => {
		const failed = countingSource(5);
		await expect(new Migrate({ source: failed.source, driver: recordingDriver() }).up()).rejects.toThrow("usr");
		expect(failed.seen).toEqual({ open: 0, opened: 15 });

		const stopped = countingSource();
		const controller = new AbortController();
		const onEvent = ({ type }: MigrateEvent): void => {
			if (type === "start") controller.abort();
		};
		const options = { source: stopped.source, driver: recordingDriver(), signal: controller.signal, onEvent };
		expect((await new Migrate(options).up()).stopped).toBe(true);
		expect(stopped.seen).toEqual({ open: 0, opened: 11 });
	});

	it("whose body fails to close does not hide what was applied", async () => {
		const chunks = { next: async () => ({ value: new Uint8Array(200_000) }), return: failing("cannot close") };
		const body = migrationBody(() => ({ [Symbol.asyncIterator]: () => chunks }));
		const readUp: Source["readUp"] = async () => ({ identifier: "x", location: "x", body });
		const source = { ...memorySource(THREE), readUp };
		const driver = recordingDriver({ apply: async () => "applied" });
		const controller = new AbortController();
		const onEvent = ({ type }: MigrateEvent): void => {
			if (type === "end") controller.abort();
		};
		const stopped = new Migrate({ source, driver, signal: controller.signal, onEvent });
		expect(await stopped.up()).toMatchObject({ stopped: true, applied: [{ version: 1n }] });
		expect(await new Migrate({ source, driver }).up()).toMatchObject({ stopped: false, applied: [{}, {}, {}] });
	});

	it("whose body fails to close does not hide the failure of the migration, nor leave another open", async () => {
		const { source, seen } = countingSource(1);
		const readUp: Source["readUp"] = async (version) => {
			if (version !== 2n) return source.readUp(version);
			const chunks = { next: async () => ({ value: new Uint8Array(200_000) }), return: failing("cannot close") };
			return { identifier: "x", location: "2", body: migrationBody(() => ({ [Symbol.asyncIterator]: () => chunks })) };
		};
		const migrate = new Migrate({ source: { ...source, readUp }, driver: recordingDriver(), prefetch: 2 });
		await expect(migrate.up()).rejects.toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			suppressed: [expect.objectContaining({ message: "cannot close" })],
		});
		expect(seen).toEqual({ open: 0, opened: 2 });
	});
});

describe("Migrate.steps", () => {
	it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses %s", async (count) => {
		await expect(migrateOver(recordingDriver()).steps(count)).rejects.toThrow(TypeError);
	});

	it("goes down by a negative number", async () => {
		const driver = atVersion(1n);
		expect(await migrateOver(driver).steps(-2)).toMatchObject({ from: 1n, to: -1n, missingSteps: 1 });
	});
});

describe("JSON.stringify", () => {
	const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

	it("takes a report, with versions as strings", async () => {
		const report = await migrateOver(recordingDriver()).up();
		expect(json(report)).toMatchObject({
			from: "-1",
			to: "3",
			applied: [{ version: "1" }, { version: "2" }, { version: "3" }],
		});
		expect(Object.keys(report)).not.toContain("toJSON");
	});

	it("takes any part of a result and of an error", async () => {
		const migrate = migrateOver(atVersion(2n));
		const { migrations } = await migrate.status();
		expect(json(migrations)).toMatchObject([{ version: "1" }, { version: "2" }, { version: "3" }]);
		expect(json(migrations.filter(({ state }) => state === "pending"))).toMatchObject([{ version: "3" }]);
		expect(json((await migrate.pending())[0])).toMatchObject({ version: "3" });
		const [planned] = (await migrate.plan({ kind: "up" })).migrations;
		expect(json({ planned })).toMatchObject({ planned: { version: "3", file: { identifier: "c" } } });
		expect(Object.keys(planned ?? {})).not.toContain("toJSON");
		const error = await migrate.migrate(9).catch((reason: unknown) => reason);
		expect(json((error as MigrateError).details)).toMatchObject({ version: "9" });
	});

	it("takes what Migrate reads, lists too", async () => {
		const migrate = migrateOver(atVersion(2n));
		expect(json(await migrate.version())).toEqual({ version: "2", dirty: false });
		expect(json(await migrate.status())).toMatchObject({
			version: "2",
			migrations: [{ version: "1" }, { version: "2" }, { version: "3" }],
		});
		expect(json(await migrate.pending())).toMatchObject([{ version: "3" }]);
		expect(json(await migrate.plan({ kind: "up" }))).toMatchObject({ migrations: [{ version: "3" }] });
	});

	it("takes an error, with its details, but not what caused it", async () => {
		const files = { "1_a.up.sql": "one", "2_b.up.sql": "fail" };
		const error = await migrateOver(recordingDriver(), {}, files)
			.up()
			.catch((reason: unknown) => reason);
		expect(json(error)).toMatchObject({
			name: "MigrateError",
			code: "ERR_MIGRATION_FAILED",
			details: { report: { from: "-1", to: "1" } },
		});
		expect(json(error)).not.toHaveProperty("cause");
	});
});
