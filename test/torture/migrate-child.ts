/** A program that works on one database: `migrate-child.ts SET URL FOLDER up|down|backup|restore|swap [UID]`. */
import { enableCompileCache } from "node:module";
import type { DriverFactory, Migrate as MigrateObject } from "@godwit/core";

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
	to = await carryOut(migrate);
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

/** @returns The version that the database is at. */
async function carryOut(migrate: MigrateObject): Promise<bigint> {
	switch (direction) {
		case "up":
			return (await migrate.up()).to;
		case "down":
			return (await migrate.down()).to;
		case "backup":
			await migrate.backup();
			return (await migrate.version()).version;
		default:
			return (await migrate.restore(`${folder}/kept.db`, { swap: direction === "swap" })).version;
	}
}

async function load(backend: string): Promise<DriverFactory> {
	if (backend === "sqlite-native") return (await import("@godwit/sqlite-native")).sqliteNative;
	if (backend === "sqlite-wasm") return (await import("@godwit/sqlite-wasm")).sqliteWasm;
	if (backend === "sqlite-node") return (await import("@godwit/sqlite-node")).sqliteNode;
	return (await import("../../examples/third-party-driver/node-sqlite.ts")).nodeSqlite;
}

function print(outcome: object): void {
	process.stdout.write(JSON.stringify(outcome));
}
