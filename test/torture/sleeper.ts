/** A program that stops before a migration, while it holds the lock, until it gets SIGCONT: `sleeper.ts BACKEND PATH VERSION`. */
import { isMigrateError, Migrate, memorySource } from "@godwit/core";
import { filesOf, SETS } from "./steps.ts";
import { type BackendName, backendOf } from "./torture-case.ts";

export type SleeperMessage = "asleep" | { readonly applied: number; readonly code: string; readonly message: string };

const [backend = "", path, version] = process.argv.slice(2);
let applied = 0;
try {
	const driver = await backendOf(backend as BackendName).open(`${backend}://${path}`);
	await using migrate = new Migrate({
		source: memorySource(filesOf(SETS.full, "")),
		driver,
		onEvent(event) {
			if (event.type === "end") applied++;
			if (event.type !== "start" || event.migration.version !== BigInt(version ?? 0)) return;
			say("asleep");
			process.kill(process.pid, "SIGSTOP");
		},
	});
	await migrate.up();
	say({ applied, code: "none", message: "success" });
} catch (error) {
	const cause = isMigrateError(error, "ERR_MIGRATION_FAILED") ? error.cause : error;
	say({ applied, code: isMigrateError(cause) ? cause.code : "none", message: String(cause) });
}

function say(message: SleeperMessage): void {
	process.send?.(message);
}
