import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import {
	type ApplyOutcome,
	type Driver,
	type DriverFactory,
	defineDriver,
	MigrateError,
	type MigrationBody,
	type VersionChange,
	versionMoved,
} from "@godwit/core";
import { type Database, openDatabase } from "./database.ts";

/** The driver of `skeleton://path/to/app.db`. */
export const driver: DriverFactory = {
	async open(url) {
		const path = pathOf(url);
		return skeletonDriver(openDatabase(path), path);
	},

	async breakLocks(url, confirm) {
		const database = openDatabase(pathOf(url));
		try {
			const owner = database.lockOwner();
			if (owner === undefined || !(await confirm(`the migration lock is held by ${owner}`))) return 0;
			return database.releaseLock(owner) ? 1 : 0;
		} finally {
			database.close();
		}
	},
};

/** @throws MigrateError `ERR_INVALID_URL`, `ERR_INVALID_OPTION`. */
function pathOf(url: string): string {
	const [, path, query] = /^[^:]+:\/\/([^?]+)(?:\?(.*))?$/s.exec(url) ?? [];
	if (query) {
		const [option = ""] = query.split("=");
		throw new MigrateError("ERR_INVALID_OPTION", `skeleton has no options, and so no ${option}`, { option });
	}
	if (path !== undefined) return path;
	const reason = "write the database URL as skeleton://path/to/app.db";
	throw new MigrateError("ERR_INVALID_URL", reason, { reason });
}

function skeletonDriver(database: Database, name: string): Driver {
	const me = `process ${process.pid} on ${hostname()} (${randomUUID().slice(0, 8)})`;

	/** Writes a version, within a transaction. */
	function write({ version, dirty, from }: VersionChange): void {
		const before = database.version();
		if (from !== undefined && (from.version !== before.version || from.dirty !== before.dirty)) {
			throw versionMoved(from, before);
		}
		database.setVersion(version, dirty);
	}

	return defineDriver({ name }, () => ({
		async tryLock() {
			if (database.takeLock(me)) return undefined;
			return { owner: database.lockOwner() ?? "a process that has just released it" };
		},

		async releaseLock() {
			if (database.releaseLock(me)) return;
			const owner = database.lockOwner() ?? "nobody";
			throw new MigrateError("ERR_LOCK_LOST", `the migration lock is held by ${owner}`, { owner });
		},

		async run(body: MigrationBody) {
			const sql = await body.text();
			database.transaction(() => database.execute(sql));
		},

		async apply(body: MigrationBody, change: VersionChange): Promise<ApplyOutcome> {
			const sql = await body.text();
			database.transaction(() => {
				write(change);
				database.execute(sql);
			});
			return "applied";
		},

		setVersion: async (change) => database.transaction(() => write(change)),

		version: async () => database.version(),

		drop: async () => database.drop(),

		close: async () => database.close(),
	}));
}
