import {
	type Driver,
	MigrateError,
	type MigrationBody,
	NIL_VERSION,
	type VersionState,
	withBackoff,
} from "@godwit/core";
import { executeScript } from "./execute-script.ts";

const DEFAULT_LOCK_TIMEOUT_MS = 15_000;
const NO_TRANSACTION = /^-- no-transaction$/m;

export interface MemoryState extends VersionState {
	/** The names of what `create` made, in order. */
	readonly objects: readonly string[];
}

/** A database in memory, for any number of `memoryDriver`s. It lives as long as this object. */
export interface MemoryDatabase {
	state: MemoryState;
	/** How often anything was written, locks too. */
	writes: number;
	lockOwner: string | undefined;
	/** Settles when the transaction that writes now is over. */
	lastWrite: Promise<void>;
}

const EMPTY: MemoryState = { version: NIL_VERSION, dirty: false, objects: [] };

export function memoryDatabase(): MemoryDatabase {
	return { state: EMPTY, writes: 0, lockOwner: undefined, lastWrite: Promise.resolve() };
}

let instances = 0;

/**
 * Opens an instance of a database in memory: the contract of `Driver`, kept in full by the shortest code that does.
 *
 * Its language has one statement in a line or before a `;`: `create NAME`, `drop NAME`; anything else fails.
 * Comments begin with `--`; the comment `-- no-transaction` on a line by itself keeps a body out of `apply`.
 */
export function memoryDriver(database: MemoryDatabase): Driver {
	const me = `memory driver ${++instances}`;
	let locked = false;
	let closed = false;
	/** What this instance's open transaction has written; nobody else sees it. */
	let pending: MemoryState | undefined;

	async function exclusively<T>(work: () => Promise<T>): Promise<T> {
		const result = database.lastWrite.then(work);
		const settled = (): void => {};
		database.lastWrite = result.then(settled, settled);
		return result;
	}

	async function transaction<T>(work: () => Promise<T>): Promise<T> {
		assertOpen();
		if (pending !== undefined) return work();
		return exclusively(async () => {
			pending = database.state;
			try {
				const result = await work();
				assertLockKept();
				if (pending !== database.state) database.writes++;
				database.state = pending;
				return result;
			} finally {
				pending = undefined;
			}
		});
	}

	async function write(change: (state: MemoryState) => MemoryState): Promise<void> {
		await transaction(async () => {
			pending = change(pending ?? database.state);
		});
	}

	/** Reads the body before it waits for its turn: nobody else waits for a slow source. */
	async function execute(body: MigrationBody, version?: VersionState): Promise<void> {
		assertOpen();
		const script = await body.text();
		await write((state) => ({ ...state, ...version, objects: executeScript(script, state.objects) }));
	}

	function assertOpen(): void {
		if (closed) throw new MigrateError("ERR_CLOSED", "the memory driver is closed; open another", undefined);
	}

	function assertLockKept(): void {
		if (!locked || database.lockOwner === me) return;
		const owner = database.lockOwner ?? "nobody";
		throw new MigrateError("ERR_LOCK_LOST", `the migration lock of this instance was taken over by ${owner}`, {
			owner,
		});
	}

	function release(): void {
		if (locked && database.lockOwner === me) {
			database.lockOwner = undefined;
			database.writes++;
		}
		locked = false;
	}

	return {
		async lock({ timeoutMs = DEFAULT_LOCK_TIMEOUT_MS, signal } = {}) {
			assertOpen();
			if (locked) throw new MigrateError("ERR_LOCKED", "this instance holds the migration lock already", undefined);
			const start = performance.now();
			const attempt = (): true | undefined => {
				if (database.lockOwner !== undefined) return undefined;
				database.lockOwner = me;
				database.writes++;
				locked = true;
				return true;
			};
			if (await withBackoff(attempt, { timeoutMs, signal })) return;
			const waitedMs = performance.now() - start;
			const owner = database.lockOwner ?? "nobody any more";
			const message = `${owner} kept the migration lock for ${timeoutMs} ms; try again when it is done`;
			throw new MigrateError("ERR_LOCK_TIMEOUT", message, { waitedMs, owner });
		},
		async unlock() {
			assertOpen();
			if (!locked) throw new MigrateError("ERR_NOT_LOCKED", "this instance holds no migration lock", undefined);
			try {
				assertLockKept();
			} finally {
				release();
			}
		},
		run: (body) => execute(body),
		setVersion: (version, dirty) => write((state) => ({ ...state, version, dirty })),
		async version() {
			assertOpen();
			const { version, dirty } = pending ?? database.state;
			return { version, dirty };
		},
		drop: () => write(() => EMPTY),
		async close() {
			release();
			closed = true;
		},
		async [Symbol.asyncDispose]() {
			await this.close();
		},
		async apply(body, version) {
			assertOpen();
			if (NO_TRANSACTION.test(await body.text())) return "declined";
			await execute(body, { version, dirty: false });
			return "applied";
		},
		transaction,
	};
}
