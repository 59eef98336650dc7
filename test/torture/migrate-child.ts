/** A program that migrates one database: `migrate-child.ts SET URL FOLDER up|down [UID]`. */
import { enableCompileCache } from "node:module";
import type { DriverFactory } from "@godwit/core";

enableCompileCache();
const { isMigrateError, Migrate, memorySource } = await import("@godwit/core");
const { filesOf, SETS } = await import("./steps.ts");

const [set, url = "", folder = "", direction, uid] = process.argv.slice(2);
// Only the backend that is asked for: loading takes longer than migrating.
const factory = await load(url.slice(0, url.indexOf("://")));
if (uid !== undefined) {
	// That user need not be able to read the bindings.
	await (await factory.open("sqlite://:memory:")).close();
	process.setgroups?.([]);
	process.setgid?.(Number(uid));
	process.setuid?.(Number(uid));
}

let to: bigint | undefined;
try {
	const driver = await factory.open(url);
	await using migrate = new Migrate({
		source: memorySource(filesOf(SETS[set as keyof typeof SETS], folder)),
		driver,
		lockTimeoutMs: 0,
	});
	({ to } = await (direction === "up" ? migrate.up() : migrate.down()));
} catch (error) {
	process.exitCode = 1;
	const failed = isMigrateError(error, "ERR_MIGRATION_FAILED") ? error.details : undefined;
	print({
		code: isMigrateError(error) ? error.code : undefined,
		message: error instanceof Error ? error.message : String(error),
		stack: error instanceof Error ? error.stack : undefined,
		// Closing can fail when all is done.
		to: (to ?? failed?.report.to)?.toString(),
		dirty: failed?.dirty,
	});
}
if (process.exitCode === undefined) print({ to: String(to) });

async function load(backend: string): Promise<DriverFactory> {
	if (backend === "sqlite-native") return (await import("@godwit/sqlite-native")).sqliteNative;
	if (backend === "sqlite-wasm") return (await import("@godwit/sqlite-wasm")).sqliteWasm;
	if (backend === "sqlite-node") return (await import("@godwit/sqlite-node")).sqliteNode;
	return (await import("../../examples/third-party-driver/node-sqlite.ts")).nodeSqlite;
}

function print(outcome: object): void {
	process.stdout.write(JSON.stringify(outcome));
}
