import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { type Driver, type DriverFactory, MigrateError, type MigrationBody, withBackoff } from "@godwit/core";
import { type Documents, readDocuments, writeDocuments } from "./documents.ts";
import { lockFile } from "./lock-file.ts";
import { runStatements } from "./statements.ts";

const DEFAULT_LOCK_TIMEOUT_MS = 15_000;

/**
 * A driver that has nothing to do with SQL: a document store in one JSON file, `json-file://path/to/store.json`.
 *
 * Every write replaces the file as a whole, so a migration and its version are there together or not at all. The lock
 * is a second file, `store.json.lock`, which a killed process leaves behind: the message that others then get names it.
 * They could remove it while its owner is only slow, and nothing would stop that owner from writing: this driver does
 * not claim `fenced-lock`.
 */
export const jsonFile: DriverFactory = {
	async open(url) {
		const driver = jsonFileDriver(pathOf(url));
		// What is not a document store shows here, and not in the middle of the work.
		await driver.version();
		return driver;
	},
};

function pathOf(url: string): string {
	const [, path, query] = /^[^:]+:\/\/([^?]+)(?:\?(.*))?$/s.exec(url) ?? [];
	if (query) {
		const [option = ""] = query.split("=");
		throw new MigrateError("ERR_INVALID_OPTION", `json-file has no options, and so no ${option}`, { option });
	}
	try {
		if (path !== undefined) return decodeURIComponent(path);
	} catch {
		// Falls through to the same answer: the URL cannot be read.
	}
	const reason = "write the database URL as json-file://path/to/store.json, a literal % as %25";
	throw new MigrateError("ERR_INVALID_URL", reason, { reason });
}

function jsonFileDriver(path: string): Driver {
	const me = `process ${process.pid} on ${hostname()} (${randomUUID().slice(0, 8)})`;
	const lock = lockFile(`${path}.lock`, me);
	let held = false;
	let closed = false;

	function assertOpen(): void {
		if (closed) throw new MigrateError("ERR_CLOSED", `the driver of ${path} is closed`, undefined);
	}

	/** Reads, changes and writes without a pause, so that nothing of this process comes in between. */
	async function write(change: (before: Documents) => Documents): Promise<void> {
		assertOpen();
		writeDocuments(path, change(readDocuments(path)));
	}

	async function execute(body: MigrationBody, state: Partial<Documents> = {}): Promise<void> {
		assertOpen();
		const text = await body.text();
		await write((before) => ({ ...before, ...state, collections: runStatements(text, before.collections) }));
	}

	const driver: Driver = {
		async lock({ timeoutMs = DEFAULT_LOCK_TIMEOUT_MS, signal } = {}) {
			assertOpen();
			if (held) throw new MigrateError("ERR_LOCKED", "this instance holds the migration lock already", undefined);
			const start = performance.now();
			held = (await withBackoff(() => lock.take() || undefined, { timeoutMs, signal })) ?? false;
			if (held) return;
			const waitedMs = Math.round(performance.now() - start);
			const owner = lock.owner() ?? "somebody who has just let go of it";
			const message = `the migration lock is held by ${owner}; if that process is gone, delete ${path}.lock`;
			throw new MigrateError("ERR_LOCK_TIMEOUT", message, { waitedMs, owner });
		},

		async unlock() {
			assertOpen();
			if (!held) throw new MigrateError("ERR_NOT_LOCKED", "this instance does not hold the migration lock", undefined);
			held = false;
			const owner = lock.release();
			if (owner === me) return;
			const thief = owner ?? "nobody any more";
			throw new MigrateError("ERR_LOCK_LOST", `the migration lock is held by ${thief}`, { owner: thief });
		},

		run: (body) => execute(body),

		async apply(body, version) {
			await execute(body, { version, dirty: false });
			return "applied";
		},

		setVersion: (version, dirty) => write((before) => ({ ...before, version, dirty })),

		async version() {
			assertOpen();
			const { version, dirty } = readDocuments(path);
			return { version, dirty };
		},

		async drop() {
			assertOpen();
			rmSync(path, { force: true });
		},

		async close() {
			if (closed) return;
			try {
				if (held) await driver.unlock();
			} finally {
				closed = true;
			}
		},

		[Symbol.asyncDispose]: () => driver.close(),
	};
	return driver;
}
