/** A program that migrates one database: `migrate-child.ts SET BACKEND PATH up|down atomic|no-transaction [UID]`. */
import { enableCompileCache } from "node:module";

enableCompileCache();
const { isMigrateError, Migrate, memorySource } = await import("@godwit/core");
const { filesOf, SETS } = await import("./steps.ts");

const [set, backend, path, direction, transaction, uid] = process.argv.slice(2);
// Only the backend that is asked for: loading takes longer than migrating.
const { factory } =
	backend === "sqlite-native"
		? { factory: (await import("@godwit/sqlite-native")).sqliteNative }
		: { factory: (await import("@godwit/sqlite-wasm")).sqliteWasm };
if (uid !== undefined) {
	// That user need not be able to read the bindings.
	await (backend === "sqlite-native" ? import("better-sqlite3") : import("node-sqlite3-wasm"));
	process.setgroups?.([]);
	process.setgid?.(Number(uid));
	process.setuid?.(Number(uid));
}

try {
	const driver = await factory.open(`${backend}://${path}?x-no-tx-wrap=${transaction === "no-transaction"}`);
	await using migrate = new Migrate({
		source: memorySource(filesOf(SETS[set as keyof typeof SETS])),
		driver,
		lockTimeoutMs: 0,
	});
	const { to } = await (direction === "up" ? migrate.up() : migrate.down());
	print({ to: String(to) });
} catch (error) {
	process.exitCode = 1;
	const failed = isMigrateError(error, "ERR_MIGRATION_FAILED") ? error.details : undefined;
	print({
		code: isMigrateError(error) ? error.code : undefined,
		message: error instanceof Error ? error.message : String(error),
		stack: error instanceof Error ? error.stack : undefined,
		to: failed === undefined ? undefined : String(failed.report.to),
		dirty: failed?.dirty,
	});
}

function print(outcome: object): void {
	process.stdout.write(JSON.stringify(outcome));
}
