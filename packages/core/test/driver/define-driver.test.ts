import { describe, expect, it, vi } from "vitest";
import { migrationBody, textBody } from "../../src/body/migration-body.ts";
import type { Driver } from "../../src/driver/driver.ts";
import type { DriverPrimitives } from "../../src/driver/driver-primitives.ts";
import { defineDriver } from "../../src/driver/frame/define-driver.ts";
import type { LockState } from "../../src/driver/frame/held-lock.ts";
import type { VersionState } from "../../src/driver/version-state.ts";
import { MigrateError } from "../../src/migrate-error.ts";

interface Recorded {
	readonly driver: Required<Driver>;
	readonly calls: string[];
	readonly lock: LockState;
}

/** A driver over a variable that notes what its database is asked. */
function recorded(overrides: Partial<Required<DriverPrimitives>> = {}): Recorded {
	const calls: string[] = [];
	let state: VersionState = { version: -1n, dirty: false };
	let lock: LockState | undefined;
	const driver = defineDriver({ name: "app.db" }, (given) => {
		lock = given;
		return {
			async tryLock() {
				calls.push("tryLock");
				return undefined;
			},
			async locked() {},
			async releaseLock(reason) {
				calls.push(`releaseLock ${reason}`);
			},
			async version() {
				calls.push("version");
				return state;
			},
			async setVersion({ version, dirty }) {
				calls.push(`setVersion ${version}`);
				state = { version, dirty };
			},
			async run(body) {
				calls.push(`run ${await body.text()}`);
			},
			async apply() {
				return "applied";
			},
			async transaction(_, work) {
				calls.push("begin");
				try {
					const result = await work(async (body) => {
						calls.push(`run ${await body.text()}`);
						return "applied";
					});
					calls.push("commit");
					return result;
				} catch (error) {
					calls.push("rollback");
					throw error;
				}
			},
			lastToken: async () => undefined,
			async drop() {},
			async close() {
				calls.push("close");
			},
			...overrides,
		};
	});
	return {
		driver,
		calls,
		get lock() {
			return lock as LockState;
		},
	};
}

const ONE = { version: 1n, dirty: false };
const busy = new MigrateError("ERR_BUSY", "busy", { waitedMs: 0 });

describe("a lock that cannot be given back", () => {
	it("is told to whoever calls unlock, stays kept, and goes with the next call", async () => {
		const failures = [busy];
		const { driver, calls, lock } = recorded({
			async releaseLock(reason) {
				calls.push(`releaseLock ${reason}`);
				const failure = failures.pop();
				if (failure !== undefined) throw failure;
			},
		});
		await driver.lock();
		await expect(driver.unlock()).rejects.toBe(busy);
		expect(lock).toMatchObject({ held: false, kept: true });
		await driver.version();
		expect(lock).toMatchObject({ held: false, kept: false });
		expect(calls).toEqual(["tryLock", "releaseLock asked", "releaseLock again", "version"]);
		await expect(driver.unlock()).rejects.toMatchObject({ code: "ERR_NOT_LOCKED" });
	});

	it("does not keep the next call from being made, nor a second unlock", async () => {
		let fails = true;
		const { driver } = recorded({
			async releaseLock() {
				if (fails) throw busy;
			},
		});
		await driver.lock();
		await expect(driver.unlock()).rejects.toBe(busy);
		expect(await driver.version()).toEqual({ version: -1n, dirty: false });
		fails = false;
		await driver.unlock();
		await driver.lock({ timeoutMs: 0 });
	});

	it("is given back at the end, and a failure of that does not keep the connection open", async () => {
		const { driver, calls } = recorded({ releaseLock: () => Promise.reject(busy) });
		await driver.lock();
		await expect(driver.close()).rejects.toBe(busy);
		expect(calls).toEqual(["tryLock", "close"]);
		await driver.close();
	});

	it("is free when it was lost", async () => {
		const lost = new MigrateError("ERR_LOCK_LOST", "lost", { owner: "another owner" });
		const { driver, lock } = recorded({ releaseLock: () => Promise.reject(lost) });
		await driver.lock();
		await expect(driver.unlock()).rejects.toBe(lost);
		expect(lock.kept).toBe(false);
	});
});

describe("lock", () => {
	it("gives the lock back when what follows it fails", async () => {
		const { driver, calls } = recorded({ locked: () => Promise.reject(busy) });
		await expect(driver.lock()).rejects.toBe(busy);
		expect(calls).toEqual(["tryLock", "releaseLock asked"]);
	});

	it("lets other calls through while it waits, and says what was in the way", async () => {
		let reads = 0;
		const { driver } = recorded({
			tryLock: async () => ({ owner: "process 1" }),
			async version() {
				reads++;
				return { version: 3n, dirty: false };
			},
		});
		const waiting = driver.lock({ timeoutMs: 60_000 });
		waiting.catch(() => {});
		expect(await driver.version()).toEqual({ version: 3n, dirty: false });
		expect(reads).toBe(1);
		await driver.close();
		await expect(waiting).rejects.toMatchObject({ code: "ERR_CLOSED" });
		const { driver: other } = recorded({ tryLock: async () => ({ owner: "process 1" }) });
		await expect(other.lock({ timeoutMs: 0 })).rejects.toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringMatching(/^app\.db: the migration lock is held by process 1; waited \d+ ms/),
		});
	});
});

describe("a call that waits for its turn", () => {
	it("is ended by close", async () => {
		const gate = Promise.withResolvers<void>();
		const { driver } = recorded({ setVersion: () => gate.promise });
		const before = driver.setVersion(ONE);
		const { signal } = new AbortController();
		const waiting = [driver.version(), driver.lock(), driver.version({ signal })].map((call) =>
			expect(call).rejects.toMatchObject({ code: "ERR_CLOSED" }),
		);
		const closing = driver.close();
		await Promise.all(waiting);
		gate.resolve();
		await Promise.all([before, closing]);
	});

	it("counts a read's timeout from its call on, also when other calls came first", async () => {
		const gate = Promise.withResolvers<void>();
		const given: unknown[] = [];
		const { driver } = recorded({
			setVersion: () => gate.promise,
			async version({ since, timeoutMs }) {
				given.push(since <= released, timeoutMs);
				return ONE;
			},
		});
		const before = driver.setVersion(ONE);
		const reading = driver.version({ timeoutMs: 60_000 });
		const released = performance.now();
		gate.resolve();
		await Promise.all([before, reading]);
		expect(given).toEqual([true, 60_000]);
	});

	it("leaves its turn to the next one, which still waits for what came before", async () => {
		const gate = Promise.withResolvers<void>();
		const { driver, calls } = recorded({
			async setVersion() {
				await gate.promise;
				calls.push("setVersion");
			},
		});
		const before = driver.setVersion(ONE);
		const reason = new Error("no longer wanted");
		await expect(driver.version({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
		const next = driver.run(textBody("next"));
		const patient = driver.version({ timeoutMs: Number.POSITIVE_INFINITY });
		await expect(driver.lock({ timeoutMs: 0 })).rejects.toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringMatching(/^app\.db: another call of this instance is under way; waited \d+ ms/),
			details: { owner: "this instance" },
		});
		expect(calls).toEqual([]);
		gate.resolve();
		await Promise.all([before, next, patient]);
		expect(calls).toEqual(["setVersion", "run next", "version"]);
		await driver.lock({ timeoutMs: 0 });
	});

	it("leaves to the database what is left of its time", async () => {
		const given: (number | undefined)[] = [];
		const { driver } = recorded({
			async version({ timeoutMs }) {
				given.push(timeoutMs);
				return ONE;
			},
		});
		await driver.version({ timeoutMs: 60_000 });
		await driver.version();
		await driver.version({ timeoutMs: Number.POSITIVE_INFINITY });
		expect(given[0]).toBeGreaterThan(50_000);
		expect(given[0]).toBeLessThanOrEqual(60_000);
		expect(given[1]).toBeLessThanOrEqual(15_000);
		expect(given[2]).toBe(Number.POSITIVE_INFINITY);
	});
});

describe("transaction", () => {
	it("ends with what was begun in it and not waited for", async () => {
		const { driver, calls } = recorded();
		await driver.transaction(ONE, async ({ run }) => {
			void run(textBody("one"));
			void run(textBody("two"));
		});
		expect(calls).toEqual(["begin", "run one", "run two", "commit"]);
	});

	it("runs nothing after a body that failed, waited for or not", async () => {
		const { driver, calls } = recorded();
		const failing = migrationBody(async function* () {
			yield* [] as Uint8Array[];
			throw busy;
		});
		const ended = driver.transaction(ONE, async ({ run }) => {
			void run(failing);
			void run(textBody("one"));
			await run(textBody("two")).catch(() => {});
		});
		await expect(ended).rejects.toBe(busy);
		expect(calls).toEqual(["begin", "rollback"]);
	});

	it("is rolled back by close, which its callback may wait for", async () => {
		const { driver, calls } = recorded();
		const late = Promise.withResolvers<unknown>();
		const ended = driver.transaction(ONE, async ({ run }) => {
			await run(textBody("one"));
			await driver.close();
			await run(textBody("late")).catch(late.resolve);
		});
		await expect(ended).rejects.toMatchObject({ code: "ERR_CLOSED" });
		expect(await late.promise).toMatchObject({ code: "ERR_CLOSED" });
		expect(calls).toEqual(["begin", "run one", "rollback", "close"]);
	});

	it("does not begin when close comes before its turn", async () => {
		const gate = Promise.withResolvers<void>();
		const { driver, calls } = recorded({ setVersion: () => gate.promise });
		const before = driver.setVersion(ONE);
		const work = vi.fn(async () => {});
		const ended = driver.transaction(ONE, work);
		ended.catch(() => {});
		const closing = driver.close();
		gate.resolve();
		await Promise.all([before, closing]);
		await expect(ended).rejects.toMatchObject({ code: "ERR_CLOSED" });
		expect(work).not.toHaveBeenCalled();
		expect(calls).toEqual(["begin", "rollback", "close"]);
	});

	it("refuses another call until it is over, and none after that", async () => {
		const { driver } = recorded();
		const first = driver.transaction(ONE, async () => {});
		await expect(driver.transaction(ONE, async () => {})).rejects.toMatchObject({ code: "ERR_IN_TRANSACTION" });
		await first;
		await driver.transaction(ONE, () => Promise.reject(busy)).catch(() => {});
		await driver.setVersion(ONE);
	});

	it("does not end a lock that waited before it, but for its timeout", async () => {
		let owner: string | undefined = "process 1";
		const { driver, calls } = recorded({
			async tryLock() {
				calls.push("tryLock");
				return owner === undefined ? undefined : { owner };
			},
		});
		const short = driver.lock({ timeoutMs: 50 });
		const long = driver.lock({ timeoutMs: 60_000 });
		await driver.transaction(ONE, async () => {
			await expect(short).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
			owner = undefined;
		});
		await long;
		expect(calls.slice(calls.indexOf("begin"))).toEqual(["begin", "commit", "tryLock"]);
	});
});

describe("a change of the version", () => {
	it("that is none is a TypeError, and reaches no database", async () => {
		const { driver, calls } = recorded();
		for (const none of [9n, undefined, { version: 9, dirty: false }, { version: 9n }] as never[]) {
			await expect(driver.setVersion(none)).rejects.toThrow(TypeError);
			await expect(driver.apply(textBody(""), none)).rejects.toThrow(TypeError);
			await expect(driver.transaction(none, async () => {})).rejects.toThrow(TypeError);
		}
		expect(calls).toEqual([]);
	});

	it.each([-2n, 2n ** 63n])(
		"to version %s, which no database can hold, is refused, and reaches none",
		async (version) => {
			const { driver, calls } = recorded();
			const refused = { code: "ERR_INVALID_VERSION", details: { version: String(version) } };
			await expect(driver.setVersion({ version, dirty: false })).rejects.toMatchObject(refused);
			await expect(driver.apply(textBody(""), { version, dirty: false })).rejects.toMatchObject(refused);
			expect(calls).toEqual([]);
		},
	);
});

describe("close", () => {
	it("runs what was asked for before, and nothing after", async () => {
		const { driver, calls } = recorded();
		const before = driver.setVersion(ONE);
		const closing = driver.close();
		await expect(driver.setVersion(ONE)).rejects.toMatchObject({ code: "ERR_CLOSED" });
		await Promise.all([before, closing]);
		expect(calls).toEqual(["setVersion 1", "close"]);
	});

	it("reads no body any more, not even at once", async () => {
		const waiting = Promise.withResolvers<void>();
		const { driver, calls } = recorded({
			async run(body) {
				await waiting.promise;
				calls.push(`read ${body.whole?.()?.length}`);
			},
		});
		const running = driver.run(textBody("abc"));
		const closing = driver.close();
		waiting.resolve();
		await expect(running).rejects.toMatchObject({ code: "ERR_CLOSED" });
		await closing;
		expect(calls).toEqual(["close"]);
	});

	it("does not wait for a body that does not close", async () => {
		const closing = Promise.withResolvers<void>();
		const endless = migrationBody(async function* () {
			try {
				yield new TextEncoder().encode("first");
			} finally {
				closing.resolve();
				await new Promise(() => {});
			}
		});
		const { driver } = recorded({
			async run(body) {
				const chunks = body[Symbol.asyncIterator]();
				await chunks.next();
				await chunks.return?.();
			},
		});
		const running = driver.run(endless);
		running.catch(() => {});
		await closing.promise;
		await driver.close();
		await expect(running).rejects.toMatchObject({ code: "ERR_CLOSED" });
	});

	it("closes a body that it has ended, and does not wait for that", async () => {
		const returned = vi.fn(() => new Promise<IteratorResult<Uint8Array>>(() => {}));
		const opened = Promise.withResolvers<void>();
		const hanging = migrationBody(() => ({
			[Symbol.asyncIterator]: () => ({
				next() {
					opened.resolve();
					return new Promise<IteratorResult<Uint8Array>>(() => {});
				},
				return: returned,
			}),
		}));
		const { driver } = recorded({
			async run(body) {
				const chunks = body[Symbol.asyncIterator]();
				try {
					await chunks.next();
				} finally {
					await chunks.return?.();
				}
			},
		});
		const running = driver.run(hanging);
		running.catch(() => {});
		await opened.promise;
		await driver.close();
		await expect(running).rejects.toMatchObject({ code: "ERR_CLOSED" });
		expect(returned).toHaveBeenCalledOnce();
	});
});
