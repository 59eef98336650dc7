import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { hostname } from "node:os";
import {
	type ApplyOutcome,
	type Driver,
	type DriverFactory,
	defineDriver,
	type FoundVersion,
	type HistoryHead,
	MigrateError,
	type MigrationBody,
	type VersionChange,
	versionMoved,
} from "@godwit/core";
import { type Documents, readDocuments, writeDocuments } from "./documents.ts";
import { lockFile } from "./lock-file.ts";
import { runStatements } from "./statements.ts";

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

	/** Reads, changes and writes without a pause, so that nothing of this process comes in between. */
	function write(change: (before: Documents) => Documents): void {
		writeDocuments(path, change(readDocuments(path)));
	}

	async function execute(body: MigrationBody, change?: VersionChange): Promise<void> {
		const text = await body.text();
		write((before) => {
			const after = change === undefined ? before : changed(before, change);
			return { ...after, collections: runStatements(text, before.collections) };
		});
	}

	return defineDriver({ name: path }, () => ({
		async tryLock() {
			if (lock.take()) return undefined;
			const owner = lock.owner() ?? "a process that has just released it";
			return { owner, reason: `the migration lock is held by ${owner}; if that process is gone, delete ${path}.lock` };
		},

		async releaseLock() {
			const owner = lock.release();
			if (owner === me) return;
			const holder = owner ?? "nobody";
			throw new MigrateError("ERR_LOCK_LOST", `the migration lock is held by ${holder}`, { owner: holder });
		},

		run: (body) => execute(body),

		async apply(body: MigrationBody, change: VersionChange): Promise<ApplyOutcome> {
			await execute(body, change);
			return "applied";
		},

		setVersion: async (change) => write((before) => changed(before, change)),

		version: async () => found(readDocuments(path)),

		history: {
			keepsText: () => true,
			async read() {
				const documents = readDocuments(path);
				return { ...found(documents), events: documents.events };
			},
			async texts(id) {
				const event = readDocuments(path).events.find((one) => one.id === id);
				return { up: event?.upText, down: event?.downText };
			},
		},

		drop: async () => rmSync(path, { force: true }),

		async close() {},
	}));
}

function found({ version, dirty, stamp, events }: Documents): FoundVersion & { readonly head: HistoryHead } {
	return { version, dirty, head: { stamp, last: events.at(-1) } };
}

/** @throws MigrateError `ERR_VERSION_MOVED`. */
function changed(before: Documents, { version, dirty, from, events }: VersionChange): Documents {
	if (from !== undefined && (from.version !== before.version || from.dirty !== before.dirty)) {
		throw versionMoved(from, before);
	}
	const made = events?.() ?? [];
	const stamp = made.at(-1)?.at;
	const added = made.map((event, index) => ({ ...event, id: before.events.length + index + 1, stamp }));
	return { ...before, version, dirty, stamp, events: [...before.events, ...added] };
}
