import {
	type ApplyOutcome,
	type Driver,
	type DriverTransaction,
	type ErrorDetails,
	isMigrateError,
	MigrateError,
	type MigrationBody,
	NIL_VERSION,
	textBody,
	type VersionChange,
	type VersionState,
} from "@godwit/core";
import { type MemoryDatabase, memoryDriver } from "../src/memory/memory-driver.ts";

/** A driver with one fault, and the law that must notice. */
export interface DriverMutant {
	readonly caughtBy: string;
	/** Called for each instance; `shared` is the same for all instances of a database. */
	readonly break: (driver: Required<Driver>, database: MemoryDatabase, shared: Shared) => Partial<Driver>;
}

export interface Shared {
	hasTable?: boolean;
}

export const driverMutants: Readonly<Record<string, DriverMutant>> = {
	"a failed unlock is a success": {
		caughtBy: "unlock/failure-is-told-and-made-good",
		break: (d) => ({
			unlock: () =>
				d.unlock().catch((error: unknown) => {
					if (isMigrateError(error)) throw error;
				}),
		}),
	},
	"a lock that could not be given back is lost": {
		caughtBy: "unlock/failure-is-told-and-made-good",
		break: (d) => ({
			unlock: () =>
				d.unlock().catch((error: unknown) => {
					if (isMigrateError(error)) throw error;
					throw new MigrateError("ERR_LOCK_LOST", "the lock is lost", { owner: "nobody" });
				}),
		}),
	},
	"a lock that could not be given back stays for ever": {
		caughtBy: "unlock/failure-is-told-and-made-good",
		break: (d, database) => ({
			unlock: () =>
				d.unlock().catch((error: unknown) => {
					if (!isMigrateError(error)) database.lockOwner = "an instance that has forgotten it";
					throw error;
				}),
		}),
	},
	"a lock that could not be given back goes with a second unlock alone": {
		caughtBy: "unlock/failure-is-told-and-made-good",
		break(d, database) {
			let owner: string | undefined;
			return {
				async unlock() {
					database.lockOwner = owner ?? database.lockOwner;
					owner = database.lockOwner;
					await d.unlock();
					owner = undefined;
				},
				async version() {
					const state = await d.version();
					database.lockOwner = owner ?? database.lockOwner;
					return state;
				},
			};
		},
	},
	"close does not give back what unlock could not": {
		caughtBy: "unlock/failure-does-not-outlive-close",
		break(d, database) {
			let owner: string | undefined;
			return {
				async unlock() {
					owner = database.lockOwner;
					await d.unlock();
					owner = undefined;
				},
				async close() {
					await d.close();
					database.lockOwner = owner ?? database.lockOwner;
				},
			};
		},
	},
	"a new database is at version 0": {
		caughtBy: "version/nil-at-first",
		break: (d) => ({
			async version() {
				const state = await d.version();
				return { ...state, version: state.version < 0n ? 0n : state.version };
			},
		}),
	},
	"versions have 32 bits": {
		caughtBy: "version/last-write-wins",
		break: (d) => ({ setVersion: (change) => d.setVersion({ ...change, version: BigInt.asIntN(32, change.version) }) }),
	},
	"versions are numbers": {
		caughtBy: "version/last-write-wins",
		break: (d) => ({ setVersion: (change) => d.setVersion({ ...change, version: BigInt(Number(change.version)) }) }),
	},
	"-1 cannot be dirty": {
		caughtBy: "version/minus-one-may-be-dirty",
		break: (d) => ({
			setVersion: (change) => d.setVersion({ ...change, dirty: change.dirty && change.version >= 0n }),
		}),
	},
	"the version is kept in the instance": {
		caughtBy: "version/survives-reopen",
		break(d) {
			let own: Awaited<ReturnType<Driver["version"]>> | undefined;
			return {
				version: async () => own ?? d.version(),
				async setVersion({ version, dirty }) {
					own = { version, dirty };
				},
			};
		},
	},
	"the version is cached": {
		caughtBy: "version/read-each-time",
		break(d) {
			let cached: Awaited<ReturnType<Driver["version"]>> | undefined;
			return {
				async version() {
					cached ??= await d.version();
					return cached;
				},
				async setVersion(change) {
					await d.setVersion(change);
					cached = { version: change.version, dirty: change.dirty };
				},
			};
		},
	},
	"version creates its table": {
		caughtBy: "version/writes-nothing",
		break: (d) => ({
			async version() {
				await d.run(textBody(""));
				return d.version();
			},
		}),
	},
	"a version that cannot be read is none": {
		caughtBy: "version/failed-read-is-an-error",
		break: (d, database) => ({
			version: () =>
				d.version().catch((error: unknown) => {
					if (database.readFailure === undefined) throw error;
					return { version: NIL_VERSION, dirty: false };
				}),
		}),
	},
	"apply starts from a version that cannot be read": {
		caughtBy: "apply/starts-from-a-version-that-can-be-read",
		break: (d, database) => ({
			apply: (body, { from, ...change }) =>
				d.apply(body, database.readFailure === undefined && from !== undefined ? { ...change, from } : change),
		}),
	},
	"the version is remembered when it cannot be read": {
		caughtBy: "version/failed-read-is-an-error",
		break(d) {
			let last: VersionState = { version: NIL_VERSION, dirty: false };
			return {
				async setVersion(change) {
					await d.setVersion(change);
					last = { version: change.version, dirty: change.dirty };
				},
				version: () => d.version().catch(() => last),
			};
		},
	},
	"a failed read has no code": {
		caughtBy: "version/failed-read-is-an-error",
		break: (d) => ({
			version: () =>
				d.version().catch((error: Error) => {
					throw error.cause;
				}),
		}),
	},
	"another instance takes what it cannot read for none": {
		caughtBy: "version/failed-read-is-an-error",
		break(d) {
			let wrote = false;
			return {
				async setVersion(change) {
					await d.setVersion(change);
					wrote = true;
				},
				version: () =>
					d.version().catch((error: unknown) => {
						if (wrote) throw error;
						return { version: NIL_VERSION, dirty: false };
					}),
			};
		},
	},
	"the version table is created without IF NOT EXISTS": {
		caughtBy: "open/concurrent-first-open",
		break: (d, _, shared) => ({
			async setVersion(change) {
				if (!shared.hasTable) {
					await d.version();
					if (shared.hasTable) throw new Error("the table exists");
					shared.hasTable = true;
				}
				await d.setVersion(change);
			},
		}),
	},

	"a lock can be taken twice": {
		caughtBy: "lock/not-twice",
		break: (d) => ({ lock: (options) => d.lock(options).catch(unless("ERR_LOCKED")) }),
	},
	"unlock does nothing": {
		caughtBy: "lock/again-after-unlock",
		break: () => ({ async unlock() {} }),
	},
	"the lock is a flag of the instance, as in golang-migrate": {
		caughtBy: "lock/excludes-other-instances",
		break() {
			let locked = false;
			return {
				async lock() {
					if (locked) throw new MigrateError("ERR_LOCKED", "", undefined);
					locked = true;
				},
				async unlock() {
					if (!locked) throw new MigrateError("ERR_NOT_LOCKED", "", undefined);
					locked = false;
				},
			};
		},
	},
	"a timeout does not name the owner": {
		caughtBy: "lock/excludes-other-instances",
		break: (d) => ({
			lock: (options) =>
				d.lock(options).catch((error: unknown) => {
					if (!isMigrateError(error, "ERR_LOCK_TIMEOUT")) throw error;
					throw new MigrateError("ERR_LOCK_TIMEOUT", "", { waitedMs: 0, owner: "" });
				}),
		}),
	},
	"lock tries once": {
		caughtBy: "lock/goes-to-who-waits",
		break: (d) => ({ lock: () => d.lock({ timeoutMs: 0 }) }),
	},
	"an abort looks like a timeout": {
		caughtBy: "lock/abort-ends-waiting",
		break: (d) => ({
			lock: (options) =>
				d.lock(options).catch((error: unknown) => {
					if (!options?.signal?.aborted) throw error;
					throw new MigrateError("ERR_LOCK_TIMEOUT", "", { waitedMs: 0, owner: "?" });
				}),
		}),
	},
	"a lock that was not got can be given back": {
		caughtBy: "lock/failure-leaves-nothing",
		break(d) {
			let failed = false;
			return {
				async lock(options) {
					failed = true;
					await d.lock(options);
					failed = false;
				},
				async unlock() {
					if (!failed) await d.unlock();
				},
			};
		},
	},
	"unlock frees somebody else's lock": {
		caughtBy: "lock/failure-leaves-nothing",
		break: (d, database) => ({
			unlock: () =>
				d.unlock().catch((error: unknown) => {
					database.lockOwner = undefined;
					throw error;
				}),
		}),
	},
	"close keeps the lock": {
		caughtBy: "lock/ends-with-close",
		break: () => ({ async close() {} }),
	},
	"close frees whoever's lock": {
		caughtBy: "lock/outlives-close-of-another",
		break: (d, database) => ({
			async close() {
				database.lockOwner = undefined;
				await d.close();
			},
		}),
	},
	"apply does not look at the lock": {
		caughtBy: "lock/lost-lock-writes-nothing",
		break: (_, database) => ({
			apply: (body, change) => memoryDriver(database).apply(body, change),
		}),
	},
	"a body outside a transaction does not look at the lock": {
		caughtBy: "lock/lost-lock-runs-nothing-outside-a-transaction",
		break: (d, database) => ({
			run: async (body) => ((await body.text()).includes("-- no-transaction") ? memoryDriver(database) : d).run(body),
		}),
	},
	"unlock does not report a lost lock": {
		caughtBy: "unlock/tells-of-a-lost-lock",
		break: (d) => ({ unlock: () => d.unlock().catch(unless("ERR_LOCK_LOST")) }),
	},
	"unlock frees the next owner's lock": {
		caughtBy: "unlock/tells-of-a-lost-lock",
		break: (d, database) => ({
			unlock: () =>
				d.unlock().catch((error: unknown) => {
					if (isMigrateError(error, "ERR_LOCK_LOST")) database.lockOwner = undefined;
					throw error;
				}),
		}),
	},
	"unlock is lenient": {
		caughtBy: "unlock/needs-a-lock",
		break: (d) => ({ unlock: () => d.unlock().catch(unless("ERR_NOT_LOCKED")) }),
	},

	"the second statement is dropped": {
		caughtBy: "run/executes-every-statement",
		break: (d) => ({ run: async (body) => d.run(textBody((await body.text()).split("\n")[0] ?? "")) }),
	},
	"run marks the database clean": {
		caughtBy: "run/leaves-the-version-alone",
		break: (d) => ({
			async run(body) {
				await d.run(body);
				await d.setVersion({ ...(await d.version()), dirty: false });
			},
		}),
	},
	"every statement commits by itself": {
		caughtBy: "run/all-or-nothing",
		break: (d) => ({
			async run(body) {
				for (const line of (await body.text()).split("\n")) await d.run(textBody(line));
			},
		}),
	},
	"the cause is dropped": {
		caughtBy: "run/reports-errors-with-cause",
		break: (d) => ({
			run: (body) =>
				d.run(body).catch((error: unknown) => {
					if (!isMigrateError(error, "ERR_SQL")) throw error;
					throw new MigrateError("ERR_SQL", error.message, error.details);
				}),
		}),
	},
	"a failure leaves its transaction open": {
		caughtBy: "run/goes-on-after-a-failure",
		break(d) {
			let open = false;
			return {
				async run(body) {
					if (open) throw new Error("cannot start a transaction within a transaction");
					open = true;
					await d.run(body);
					open = false;
				},
			};
		},
	},
	"an empty body is an error": {
		caughtBy: "run/accepts-bodies-without-statements",
		break: (d) => ({
			async run(body) {
				if ((await body.text()) === "") throw new Error("not an error");
				await d.run(body);
			},
		}),
	},
	"the byte order mark is part of the first statement": {
		caughtBy: "run/accepts-bom-and-crlf",
		// The mark that is put in front is the one that decoding takes off.
		break: (d) => ({ run: async (body) => d.run(textBody(`\uFEFF${(await bytesOf(body)).toString()}`)) }),
	},
	"a carriage return ends a name": {
		caughtBy: "run/accepts-bom-and-crlf",
		break: (d) => ({ run: async (body) => d.run(textBody((await body.text()).replaceAll(";\r", "_\r"))) }),
	},
	"every chunk is decoded by itself": {
		caughtBy: "run/accepts-bytes-in-any-pieces",
		break: (d) => ({
			async run(body) {
				let text = "";
				for await (const chunk of body) text += new TextDecoder("utf-8", { fatal: true }).decode(chunk);
				await d.run(textBody(text));
			},
		}),
	},
	"what was read before a failure is run, as in golang-migrate": {
		caughtBy: "run/passes-read-failures-on",
		break: (d) => ({ run: async (body) => d.run(textBody((await bytesOf(body, "until it fails")).toString())) }),
	},
	"every chunk commits by itself": {
		caughtBy: "run/read-failure-leaves-nothing",
		break: (d) => ({
			async run(body) {
				for await (const chunk of body) await d.run(textBody(Buffer.from(chunk).toString()));
			},
		}),
	},

	"an error says no place": {
		caughtBy: "places/of-a-failing-statement",
		break: (d) => ({ run: misplacing(d, ({ line: _, column: __, ...details }) => details) }),
	},
	"lines and columns are counted from 0": {
		caughtBy: "places/of-a-failing-statement",
		break: (d) => ({
			run: misplacing(d, ({ line = 0, column = 0, sql }) => ({ sql, line: line - 1, column: column - 1 })),
		}),
	},
	"columns are counted from 0": {
		caughtBy: "places/of-a-failing-statement",
		break: (d) => ({ run: misplacing(d, ({ column = 0, ...details }) => ({ ...details, column: column - 1 })) }),
	},
	"columns are one too many": {
		caughtBy: "places/of-a-failing-statement",
		break: (d) => ({ run: misplacing(d, ({ column = 0, ...details }) => ({ ...details, column: column + 1 })) }),
	},
	"a failing statement is at the start of its line": {
		caughtBy: "places/of-a-failing-statement",
		break: (d) => ({ run: misplacing(d, (details) => ({ ...details, column: 1 })) }),
	},
	"columns are bytes": {
		caughtBy: "places/of-a-failing-statement",
		break: (d) => ({
			run: misplacing(d, (details, before) => ({ ...details, column: Buffer.byteLength(lastLine(before)) + 1 })),
		}),
	},
	"columns are characters, as in PostgreSQL": {
		caughtBy: "places/of-a-failing-statement",
		break: (d) => ({
			run: misplacing(d, (details, before) => ({ ...details, column: [...lastLine(before)].length + 1 })),
		}),
	},
	"the byte order mark has a column": {
		caughtBy: "places/of-a-failing-statement",
		break: (d) => ({
			async run(body) {
				const marked = (await bytesOf(body))[0] === 0xef;
				await misplacing(d, ({ line = 0, column = 0, sql }) => {
					return { sql, line, column: marked && line === 1 ? column + 1 : column };
				})(body);
			},
		}),
	},
	"a carriage return is a line of its own": {
		caughtBy: "places/of-a-failing-statement",
		break: (d) => ({
			run: misplacing(d, (details, before) => ({ ...details, line: before.split(/[\r\n]/).length })),
		}),
	},
	"a line end within a statement or a comment is none": {
		caughtBy: "places/of-a-failing-statement",
		break: (d) => ({
			run: misplacing(d, (details, before) => ({
				...details,
				line: before.replace(/\/\*.*?\*\//gs, "").split("\n").length,
			})),
		}),
	},
	"comments have no lines": {
		caughtBy: "places/of-a-failing-statement",
		break: (d) => ({
			run: misplacing(d, (details, before) => ({ ...details, line: before.replace(/--.*\n/g, "").split("\n").length })),
		}),
	},
	"lines are counted from the start of a chunk": {
		caughtBy: "places/of-a-failing-statement",
		break: (d) => ({
			run: misplacing(d, (details, before) => ({
				...details,
				line: before.slice(Math.floor(before.length / 16_384) * 16_384).split("\n").length,
			})),
		}),
	},
	"bytes that are not UTF-8 are on the first line": {
		caughtBy: "places/of-what-is-not-text",
		break: (d) => ({ run: misplacingInvalid(d, ({ problem, ...place }) => ({ problem, ...place, line: 1 })) }),
	},
	"bytes that are not UTF-8 become another character": {
		caughtBy: "places/of-what-is-not-text",
		break: (d) => ({ run: async (body) => d.run(textBody((await bytesOf(body)).toString())) }),
	},
	"what is never closed is at the end of the text": {
		caughtBy: "places/of-what-is-never-closed",
		break: (d) => ({
			run: misplacingInvalid(d, ({ problem }, text) => {
				return { problem, line: text.split("\n").length, column: lastLine(text).length + 1 };
			}),
		}),
	},

	"transaction is claimed and missing": {
		caughtBy: "claims/match-the-methods",
		break: (_d) => ({ transaction: undefined }) as unknown as Partial<Driver>,
	},
	"apply forgets the version": {
		caughtBy: "apply/records-the-version-with-the-body",
		break: (d) => ({
			async apply(body) {
				await d.run(body);
				return "applied";
			},
		}),
	},
	"apply records the version first": {
		caughtBy: "apply/failure-changes-nothing",
		break: (d) => ({
			async apply(body, change) {
				await d.setVersion(change);
				await d.run(body);
				return "applied";
			},
		}),
	},
	"apply marks the database dirty and declines": {
		caughtBy: "apply/declining-changes-nothing",
		break: (d) => ({
			async apply(body, change) {
				const outcome = await d.apply(body, change);
				if (outcome === "declined") await d.setVersion({ ...change, dirty: true });
				return outcome;
			},
		}),
	},
	"apply never declines": {
		caughtBy: "apply/declining-changes-nothing",
		break: (d) => ({
			apply: async (body, change) => d.apply(textBody((await body.text()).replace(/^--.*\n/, "")), change),
		}),
	},
	"apply starts from wherever the database is": {
		caughtBy: "apply/starts-from-the-version",
		break: (d) => ({ apply: (body, { from: _, ...change }) => d.apply(body, change) }),
	},
	"the token is that of the last attempt": {
		caughtBy: "token/tells-what-was-committed",
		break(d) {
			let last: string | undefined;
			return {
				async setVersion(change) {
					last = change.token;
					await d.setVersion(change);
				},
				async apply(body, change) {
					last = change.token;
					return d.apply(body, change);
				},
				lastToken: async () => last,
			};
		},
	},
	"events are left to setVersion": {
		caughtBy: "history/is-written-with-the-body",
		break: (d) => ({ apply: (body, { events: _, ...change }) => d.apply(body, change) }),
	},
	"events are asked for whatever happens": {
		caughtBy: "history/is-written-with-the-body",
		break: (d) => ({
			apply(body, change) {
				const events = change.events?.() ?? [];
				return d.apply(body, { ...change, events: () => change.events?.() ?? events });
			},
		}),
	},
	"a transaction keeps the last event alone": {
		caughtBy: "history/is-written-with-the-transaction",
		break: (d) => ({
			transaction: ({ events, ...change }, work) =>
				d.transaction({ ...change, events: () => events?.().slice(-1) ?? [] }, work),
		}),
	},
	"events are read backwards": {
		caughtBy: "history/keeps-events-in-order",
		break: (d) => ({ history: { ...d.history, read: async () => reversed(await d.history.read()) } }),
	},
	"every version has a stamp": {
		caughtBy: "history/stamps-the-version",
		break: (d, database) => ({
			async version() {
				const found = await d.version();
				return { ...found, head: { stamp: database.state.events.at(-1)?.stamp, last: found.head?.last } };
			},
		}),
	},
	"an event without texts has those of the one before": {
		caughtBy: "history/keeps-texts-apart",
		break: (d) => ({
			history: {
				...d.history,
				async texts(id) {
					const { up, down } = await d.history.texts(id);
					return up === undefined ? d.history.texts(id - 1) : { up, down };
				},
			},
		}),
	},
	"the history is kept in the instance": {
		caughtBy: "history/survives-reopen",
		break(d) {
			let written = 0;
			return {
				async setVersion(change) {
					await d.setVersion(change);
					written++;
				},
				history: {
					...d.history,
					async read() {
						const history = await d.history.read();
						return { ...history, events: written === 0 ? [] : history.events };
					},
				},
			};
		},
	},
	"the structure has a line for the number of objects": {
		caughtBy: "structure/tells-what-is-there",
		break: (d) => ({
			structure: async () => {
				const lines = await d.structure();
				return lines.length === 0 ? [] : [...lines, `objects ${lines.length}`];
			},
		}),
	},
	"the structure has the version": {
		caughtBy: "structure/is-without-the-drivers-own",
		break: (d) => ({
			async structure() {
				const { version } = await d.version();
				return [...(await d.structure()), ...(version < 0n ? [] : [`version ${version}`])];
			},
		}),
	},
	"the schema has the version's table": {
		caughtBy: "schema/tells-what-is-there",
		break: (d) => ({
			async schema() {
				const schema = await d.schema();
				const own = { kind: "table", name: "versions", table: "versions", sql: "create versions" } as const;
				return { ...schema, objects: [...schema.objects, own] };
			},
		}),
	},
	"the schema has no statements": {
		caughtBy: "schema/makes-the-same-again",
		break: (d) => ({
			async schema() {
				const schema = await d.schema();
				return { ...schema, objects: schema.objects.map((object) => ({ ...object, sql: "" })) };
			},
		}),
	},
	"a scratch database is the database": {
		caughtBy: "scratch/is-empty-and-apart",
		break: (_, database) => ({ scratch: async () => memoryDriver(database) }),
	},
	"drop keeps the history": {
		caughtBy: "history/goes-with-drop",
		break: (d, database) => ({
			async drop() {
				const { events } = database.state;
				await d.drop();
				database.state = { ...database.state, events };
			},
		}),
	},
	"a transaction starts from wherever the database is": {
		caughtBy: "transaction/starts-from-the-version",
		break: (d) => ({ transaction: ({ from: _, ...change }, work) => d.transaction(change, work) }),
	},
	"other calls get into a transaction": {
		caughtBy: "transaction/has-the-driver-to-itself",
		break: (d, database) => ({
			transaction: (change, work) => d.transaction(change, work),
			version: async () => ({ version: database.state.version, dirty: database.state.dirty }),
		}),
	},
	"calls that overlap get in each other's way": {
		caughtBy: "calls/overlap-in-order",
		break(d) {
			let before: Awaited<ReturnType<Driver["version"]>> | undefined;
			return {
				async apply(body, change) {
					before = await d.version();
					try {
						return await d.apply(body, change);
					} catch (error) {
						// As if the other's write had been in the transaction that is rolled back.
						await d.setVersion(before);
						throw error;
					}
				},
			};
		},
	},
	"version waits for its turn whatever its signal says": {
		caughtBy: "calls/waiting-ends-by-signal-and-timeout",
		break: (d) => ({ version: ({ signal: _, ...options } = {}) => d.version(options) }),
	},
	"version waits for its turn whatever its timeout says": {
		caughtBy: "calls/waiting-ends-by-signal-and-timeout",
		break: (d) => ({ version: ({ timeoutMs: _, ...options } = {}) => d.version(options) }),
	},
	"lock waits for its turn whatever its signal says": {
		caughtBy: "calls/waiting-ends-by-signal-and-timeout",
		break: (d) => ({ lock: ({ signal: _, ...options } = {}) => d.lock(options) }),
	},
	"lock waits for its turn whatever its timeout says": {
		caughtBy: "calls/waiting-ends-by-signal-and-timeout",
		break: (d) => ({ lock: ({ timeoutMs: _, ...options } = {}) => d.lock(options) }),
	},
	"a call waits for the transaction that waits for it": {
		caughtBy: "transaction/is-not-waited-for-by-what-it-waits-for",
		break: (d) => waitingForTransactions(d, ({ over }) => ({ version: () => over().then(() => d.version()) })),
	},
	"close waits for the callback of a transaction": {
		caughtBy: "close/ends-a-transaction-that-hangs",
		break: (d) => waitingForTransactions(d, ({ over }) => ({ close: () => over().then(() => d.close()) })),
	},
	"what close ends is committed": {
		caughtBy: "close/ends-a-transaction-that-hangs",
		break: (d, database) => ({
			async transaction(change, work) {
				return d.transaction(change, ({ run }) =>
					work({
						async run(body) {
							database.state = { ...database.state, objects: [...database.state.objects, "a"] };
							return run(body);
						},
					}),
				);
			},
		}),
	},
	"close does not wait for what is under way": {
		caughtBy: "close/waits-for-what-is-under-way",
		break(d, database) {
			let closed = false;
			return {
				async run(body) {
					await body.text();
					// Long enough for close to be over.
					for (let turn = 0; turn < 100; turn++) await undefined;
					if (closed) database.state = { ...database.state, objects: [...database.state.objects, "late"] };
					else await d.run(body);
				},
				async close() {
					closed = true;
					await d.close();
				},
			};
		},
	},
	"close waits for a body that does not answer": {
		caughtBy: "close/ends-a-body-that-hangs",
		break(d) {
			let running: Promise<void> | undefined;
			return {
				run(body) {
					running = body.text().then((text) => d.run(textBody(text)));
					return running;
				},
				async close() {
					await running;
					await d.close();
				},
			};
		},
	},
	"close leaves a waiting lock alone": {
		caughtBy: "close/ends-waiting",
		break: (d, database) => ({
			lock: (options) => (database.lockOwner === undefined ? d.lock(options) : new Promise(() => {})),
		}),
	},
	"a transaction is never committed": {
		caughtBy: "transaction/commits-all",
		break: (d) => ({
			async transaction<T>(change: VersionChange, work: (transaction: DriverTransaction) => Promise<T>) {
				const done: { result?: T } = {};
				const rollback = Symbol("rollback");
				await d
					.transaction(change, async (transaction) => {
						done.result = await work(transaction);
						throw rollback;
					})
					.catch((error: unknown) => {
						if (error !== rollback) throw error;
					});
				return done.result as T;
			},
		}),
	},
	"a transaction is none": {
		caughtBy: "transaction/rolls-all-back",
		break: (d) => ({
			async transaction(change, work) {
				const run = async (body: MigrationBody): Promise<ApplyOutcome> => {
					await d.run(body);
					return "applied";
				};
				const result = await work({ run });
				await d.setVersion(change);
				return result;
			},
		}),
	},
	"a rolled back transaction hides why": {
		caughtBy: "transaction/rolls-all-back",
		break: (d) => ({
			transaction: (change, work) =>
				d.transaction(change, work).catch((cause: unknown) => {
					throw new Error("rolled back", { cause });
				}),
		}),
	},

	"run commits where the body says so": {
		caughtBy: "run/body-cannot-commit-a-part",
		break: (d) => ({ run: committingParts(d) }),
	},
	"apply commits where the body says so": {
		caughtBy: "apply/body-cannot-commit-a-part",
		break: (d) => ({
			async apply(body, change) {
				await committingParts(d)(body);
				await d.setVersion(change);
				return "applied";
			},
		}),
	},
	"apply leaves out what follows a commit": {
		caughtBy: "apply/body-cannot-commit-a-part",
		break: (d) => ({
			apply: async (body, change) => d.apply(textBody((await body.text()).replace(/commit;.*/s, "")), change),
		}),
	},
	"apply declines after a commit": {
		caughtBy: "apply/body-cannot-commit-a-part",
		break: (d) => ({
			async apply(body, change) {
				try {
					return await d.apply(body, change);
				} catch (error) {
					if (!isMigrateError(error, "ERR_TRANSACTION_CONTROL")) throw error;
					await d.run(textBody((await body.text()).replace(/commit;.*/s, "")));
					return "declined";
				}
			},
		}),
	},
	"a transaction ends where a body says so": {
		caughtBy: "transaction/body-cannot-commit-a-part",
		break: (d) => ({
			async transaction(change, work) {
				const run = async (body: MigrationBody): Promise<ApplyOutcome> => {
					await committingParts(d)(body);
					return "applied";
				};
				const result = await work({ run });
				await d.setVersion(change);
				return result;
			},
		}),
	},

	"drop keeps the version": {
		caughtBy: "drop/leaves-nothing",
		break: (d) => ({
			async drop() {
				const before = await d.version();
				await d.drop();
				await d.setVersion(before);
			},
		}),
	},
	"nothing works after a drop, as in golang-migrate": {
		caughtBy: "drop/can-be-migrated-again",
		break(d) {
			let dropped = false;
			return {
				async drop() {
					await d.drop();
					dropped = true;
				},
				async setVersion(change) {
					if (dropped) throw new Error("no such table: schema_migrations");
					await d.setVersion(change);
				},
			};
		},
	},
	"drop needs something to drop": {
		caughtBy: "drop/of-an-empty-database",
		break: (d, database) => ({
			async drop() {
				if (database.state.objects.length === 0) throw new Error("there is nothing to drop");
				await d.drop();
			},
		}),
	},
	"drop deletes the lock": {
		caughtBy: "drop/keeps-the-lock",
		break: (d, database) => ({
			async drop() {
				await d.drop();
				database.lockOwner = undefined;
			},
		}),
	},
	"a second close fails": {
		caughtBy: "close/twice-is-fine",
		break(d) {
			let closed = false;
			return {
				async close() {
					if (closed) throw new Error("closed already");
					closed = true;
					await d.close();
				},
			};
		},
	},
	"disposal does not close": {
		caughtBy: "close/by-disposal",
		break: () => ({ async [Symbol.asyncDispose]() {} }),
	},
	"version answers any failure with no version, as in golang-migrate": {
		caughtBy: "close/ends-all-use",
		break: (d) => ({ version: () => d.version().catch(() => ({ version: NIL_VERSION, dirty: false })) }),
	},
	"apply keeps the dirty flag": {
		caughtBy: "model/agrees-with-variables",
		break: (d) => ({
			async apply(body, change) {
				const { dirty } = await d.version();
				const outcome = await d.apply(body, change);
				if (outcome === "applied" && dirty) await d.setVersion({ ...change, dirty });
				return outcome;
			},
		}),
	},
};

function unless(code: "ERR_LOCKED" | "ERR_NOT_LOCKED" | "ERR_LOCK_LOST"): (error: unknown) => void {
	return (error) => {
		if (!isMigrateError(error, code)) throw error;
	};
}

/** Runs the parts between `commit;` each in a transaction of its own, as an engine does that is given the whole text. */
function committingParts(driver: Driver): Driver["run"] {
	return async (body) => {
		for (const part of (await body.text()).split("commit;")) await driver.run(textBody(part));
	};
}

/** @param misplace Given the text before the place that is right, without a byte order mark. */
function misplacing(
	driver: Driver,
	misplace: (details: ErrorDetails["ERR_SQL"], before: string) => ErrorDetails["ERR_SQL"],
): Driver["run"] {
	return (body) =>
		driver.run(body).catch(async (error: unknown) => {
			if (!isMigrateError(error, "ERR_SQL")) throw error;
			const { line = 1, column = 1 } = error.details;
			const lines = (await body.text()).split("\n").slice(0, line);
			const before = [...lines.slice(0, -1), lines.at(-1)?.slice(0, column - 1)].join("\n");
			throw new MigrateError("ERR_SQL", error.message, misplace(error.details, before), { cause: error.cause });
		});
}

/** @param misplace Given the text, as far as it is text. */
function misplacingInvalid(
	driver: Driver,
	misplace: (details: ErrorDetails["ERR_INVALID_BODY"], text: string) => ErrorDetails["ERR_INVALID_BODY"],
): Driver["run"] {
	return (body) =>
		driver.run(body).catch(async (error: unknown) => {
			if (!isMigrateError(error, "ERR_INVALID_BODY")) throw error;
			const text = (await bytesOf(body)).toString();
			throw new MigrateError("ERR_INVALID_BODY", error.message, misplace(error.details, text));
		});
}

function lastLine(text: string): string {
	return text.slice(text.lastIndexOf("\n") + 1);
}

async function bytesOf(body: MigrationBody, failure?: "until it fails"): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	try {
		for await (const chunk of body) chunks.push(chunk);
	} catch (error) {
		if (failure === undefined) throw error;
	}
	return Buffer.concat(chunks);
}

function reversed<T extends { readonly events: readonly unknown[] }>(history: T): T {
	return { ...history, events: history.events.toReversed() };
}

/** Notes the transactions that begin; `over` resolves when the last one has ended. */
function waitingForTransactions(
	driver: Required<Driver>,
	methods: (transactions: { over(): Promise<void> }) => Partial<Driver>,
): Partial<Driver> {
	let last: Promise<unknown> | undefined;
	return {
		transaction(change, work) {
			const begun = driver.transaction(change, work);
			last = begun;
			return begun;
		},
		...methods({
			async over() {
				await last?.catch(() => {});
			},
		}),
	};
}
