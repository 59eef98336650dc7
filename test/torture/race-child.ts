/** A process that races: told to, it migrates a database all the way up, once for each message. */
import { isMigrateError, Migrate, memorySource } from "@godwit/core";
import { filesOf, SETS } from "./steps.ts";
import { type BackendName, backendOf } from "./torture-case.ts";

export interface RaceTask {
	readonly backend: BackendName;
	readonly path: string;
}

/** How a racer ended: `code` and `message` are a MigrateError's, or another error's without a code. */
export interface Finish {
	readonly to?: string;
	readonly code?: string | undefined;
	readonly message?: string;
}

process.on("message", async ({ backend, path }: RaceTask) => {
	process.send?.(await race(`${backend}://${path}`, backend));
});
process.send?.("ready");

async function race(url: string, backend: BackendName): Promise<Finish> {
	try {
		const driver = await backendOf(backend).open(url);
		await using migrate = new Migrate({ source: memorySource(filesOf(SETS.full, "")), driver });
		return { to: String((await migrate.up()).to) };
	} catch (error) {
		const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
		// What kept a migration from running is why it failed.
		const reason = isMigrateError(error, "ERR_MIGRATION_FAILED") ? error.cause : error;
		return isMigrateError(reason) ? { code: reason.code, message: reason.message } : { message };
	}
}
