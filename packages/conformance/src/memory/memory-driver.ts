import {
	type ApplyOutcome,
	type Driver,
	type DriverHistory,
	defineDriver,
	type FoundVersion,
	type HistoryEvent,
	type HistoryHead,
	type LockPrimitives,
	MigrateError,
	type MigrationBody,
	NIL_VERSION,
	type RecordedEvent,
	type Schema,
	type VersionChange,
	type VersionState,
	versionMoved,
} from "@godwit/core";
import { executeScript, placeOf, scriptMeaning } from "./execute-script.ts";

const NO_TRANSACTION = /^-- no-transaction$/m;
const ATTACH = /^attach\b/m;
const NO_STORE = /^-- no-store$/m;

export interface MemoryState extends VersionState {
	/** The names of what `create` made, in order. */
	readonly objects: readonly string[];
	/** Of the last change of the version. */
	readonly token: string | undefined;
	/** On the version, from whoever wrote it with events. */
	readonly stamp: string | undefined;
	readonly events: readonly MemoryEvent[];
}

type MemoryEvent = HistoryEvent & RecordedEvent;

/** A database in memory, for any number of `memoryDriver`s. It lives as long as this object. */
export interface MemoryDatabase {
	state: MemoryState;
	/** How often anything was written, locks too. */
	writes: number;
	lockOwner: string | undefined;
	/** Why the version cannot be read, as when a disk fails; usually nothing. */
	readFailure: Error | undefined;
	/** Why the lock cannot be given back; usually nothing. */
	unlockFailure: Error | undefined;
	/** Settles when the transaction that writes now is over. */
	lastWrite: Promise<void>;
}

const EMPTY: MemoryState = {
	version: NIL_VERSION,
	dirty: false,
	objects: [],
	token: undefined,
	stamp: undefined,
	events: [],
};

export function memoryDatabase(): MemoryDatabase {
	return {
		state: EMPTY,
		writes: 0,
		lockOwner: undefined,
		readFailure: undefined,
		unlockFailure: undefined,
		lastWrite: Promise.resolve(),
	};
}

let instances = 0;

/**
 * Opens an instance of a database in memory: the contract of `Driver`, kept in full by the shortest code that does.
 *
 * Its language has one statement in a line or before a `;`: `create NAME`, `drop NAME`; anything else fails, and `commit`
 * is refused. Comments are SQL's, of a line or a block; the comment `-- no-transaction` on a line by itself keeps a body
 * out of `apply`, and `-- no-store` its text out of the history.
 */
export function memoryDriver(
	database: MemoryDatabase,
): Driver &
	Required<Pick<Driver, "apply" | "transaction" | "lastToken" | "history" | "structure" | "schema" | "scratch">> {
	const me = `memory driver ${++instances}`;
	return defineDriver({ name: "the memory database" }, (lock) => {
		/** Commits what `work` makes of the state, unless it rejects. */
		async function write(work: (state: MemoryState) => MemoryState | Promise<MemoryState>): Promise<void> {
			await exclusively(database, async () => {
				const before = database.state;
				const after = await work(before);
				if (lock.held) assertOwner(database, me);
				if (after !== before) database.writes++;
				database.state = after;
			});
		}

		function next(state: MemoryState, change: VersionChange): MemoryState {
			if (change.from !== undefined) assertReadable(database);
			return changed(state, change);
		}

		/** Reads the body before it waits for its turn: nobody else waits for a slow source. */
		async function execute(body: MigrationBody, change?: VersionChange): Promise<void> {
			const script = await body.text();
			await write((state) => {
				const objects = executeScript(script, state.objects);
				return { ...(change === undefined ? state : next(state, change)), objects };
			});
		}

		return {
			...lockOf(database, me),
			version: async () => foundIn(database),
			history: historyOf(database),
			setVersion: (change) => write((state) => next(state, change)),
			run: (body) => execute(body),
			async apply(body, change): Promise<ApplyOutcome> {
				if (NO_TRANSACTION.test(await body.text())) return "declined";
				await execute(body, change);
				return "applied";
			},
			async transaction(change, work) {
				const done: { result?: Awaited<ReturnType<typeof work>> } = {};
				await write(async (state) => {
					let { objects } = state;
					done.result = await work(async (body) => {
						const script = await body.text();
						if (NO_TRANSACTION.test(script)) return "declined";
						objects = executeScript(script, objects);
						return "applied";
					});
					return { ...next(state, change), objects };
				});
				return done.result as Awaited<ReturnType<typeof work>>;
			},
			lastToken: async () => database.state.token,
			structure: async () => database.state.objects.map((name) => `object ${name}`).toSorted(),
			schema: async () => schemaOf(database.state),
			scratch: async () => memoryDriver(memoryDatabase()),
			drop: () => write(() => EMPTY),
			async close() {},
		};
	});
}

function lockOf(database: MemoryDatabase, me: string): LockPrimitives {
	return {
		async tryLock() {
			if (database.lockOwner !== undefined) return { owner: database.lockOwner };
			database.lockOwner = me;
			database.writes++;
			return undefined;
		},
		async releaseLock() {
			assertOwner(database, me);
			if (database.unlockFailure !== undefined) throw database.unlockFailure;
			database.lockOwner = undefined;
			database.writes++;
		},
	};
}

function assertOwner({ lockOwner: owner = "nobody" }: MemoryDatabase, me: string): void {
	if (owner === me) return;
	const message = `the migration lock of this instance was taken over by ${owner}`;
	throw new MigrateError("ERR_LOCK_LOST", message, { owner });
}

async function exclusively<T>(database: MemoryDatabase, work: () => Promise<T>): Promise<T> {
	const result = database.lastWrite.then(work);
	const settled = (): void => {};
	database.lastWrite = result.then(settled, settled);
	return result;
}

function schemaOf({ objects, version, dirty }: MemoryState): Schema {
	const names = objects.toSorted();
	return {
		version,
		dirty,
		objects: names.map((name) => ({ kind: "table", name, table: name, sql: `create ${name}` })),
		tables: names.map((name) => ({ name, columns: [], foreignKeys: [], uniques: [] })),
	};
}

function assertReadable({ readFailure: cause }: MemoryDatabase): void {
	if (cause === undefined) return;
	throw new MigrateError("ERR_DATABASE", `the version cannot be read: ${cause.message}`, {}, { cause });
}

function foundIn(database: MemoryDatabase): FoundVersion & { readonly head: HistoryHead } {
	assertReadable(database);
	const { version, dirty, stamp, events } = database.state;
	return { version, dirty, head: { stamp, last: events.at(-1) } };
}

function historyOf(database: MemoryDatabase): DriverHistory {
	return {
		keepsText: (text) => !NO_STORE.test(text),
		meaning: scriptMeaning,
		reachesBeyond(text) {
			const { index } = ATTACH.exec(text) ?? {};
			return index === undefined ? undefined : { sql: "attach", ...placeOf(text, index) };
		},
		read: async () => ({ ...foundIn(database), events: database.state.events }),
		async texts(id) {
			const event = database.state.events.find((one) => one.id === id);
			return { up: event?.upText, down: event?.downText };
		},
	};
}

/** @throws MigrateError `ERR_VERSION_MOVED`. */
function changed(state: MemoryState, { version, dirty, from, token, events }: VersionChange): MemoryState {
	if (from !== undefined && (from.version !== state.version || from.dirty !== state.dirty)) {
		throw versionMoved(from, state);
	}
	const written = events?.() ?? [];
	const stamp = version === NIL_VERSION && !dirty ? undefined : written.at(-1)?.at;
	const first = state.events.length + 1;
	const added = written.map((event, index) => ({ ...event, id: first + index, stamp }));
	return { ...state, version, dirty, token, stamp, events: [...state.events, ...added] };
}
