import assert from "node:assert/strict";
import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertSound, stateAt } from "./aftermath.ts";
import { runTwo } from "./run-two.ts";
import { askShell } from "./sqlite-shell.ts";
import { type ChildCase, type Harm, harmName, runChild, traceCalls, WRITING_CALLS } from "./strace.ts";
import { createTestFolder, type TestFolder } from "./test-folder.ts";
import { type BackendName, backendOf, createDatabase, urlOf } from "./torture-case.ts";

/** What is killed: a backup, or one of the two ways to restore one. */
export interface CopyCase {
	readonly backend: BackendName;
	readonly journal: "rollback" | "wal";
	readonly copying: NonNullable<ChildCase["copying"]>;
}

/** sqlite-wasm restores in one way only, and takes no write-ahead log. */
export const COPY_CASES: readonly CopyCase[] = [
	...(["sqlite-native", "sqlite-node"] as const).flatMap((backend) =>
		(["rollback", "wal"] as const).flatMap((journal) =>
			(["backup", "restore", "swap"] as const).map((copying) => ({ backend, journal, copying })),
		),
	),
	{ backend: "sqlite-wasm", journal: "rollback", copying: "backup" },
	{ backend: "sqlite-wasm", journal: "rollback", copying: "swap" },
];

export function copyCaseName({ backend, journal, copying }: CopyCase): string {
	return `${backend}, ${journal} journal, ${copying}`;
}

/** A database with all migrations, and beside it the backup that was made before any of them. */
export interface CopyRehearsal extends Disposable {
	readonly which: ChildCase;
	/** The state of the database, and that of the backup. */
	readonly old: string;
	readonly kept: string;
	begin(): TestFolder;
}

export async function rehearseCopy({ backend, journal, copying }: CopyCase): Promise<CopyRehearsal> {
	const which: ChildCase = { set: "small", backend, transaction: "atomic", journal, direction: "up", copying };
	const made = createTestFolder();
	// There is no backup of a database that is not there.
	writeFileSync(made.path, "");
	createDatabase(made.path, journal);
	const native: ChildCase = { ...which, backend: "sqlite-native" };
	assert.equal((await runChild({ ...native, copying: "backup" }, made.path)).exitCode, 0);
	const [backup = ""] = backupsIn(made);
	renameSync(join(made.folder, backup), join(made.folder, "kept.db"));
	const { copying: _, ...migrating } = native;
	assert.equal((await runChild(migrating, made.path)).exitCode, 0);
	return {
		which,
		old: stateAt(made.path),
		kept: stateAt(join(made.folder, "kept.db")),
		begin: () => made.copy(),
		[Symbol.dispose]: () => made[Symbol.dispose](),
	};
}

function backupsIn(testFolder: TestFolder): readonly string[] {
	return readdirSync(testFolder.folder).filter((name) => name.endsWith(".backup"));
}

/** One kill for each system call that changes something. */
export async function copyKillPoints({ which, begin }: CopyRehearsal): Promise<readonly Harm[]> {
	using testFolder = begin();
	const calls = await traceCalls(which, testFolder.path);
	return calls.flatMap(({ call, when }) =>
		WRITING_CALLS.some((kind) => kind === call) ? [{ call, when, what: "kill" } as Harm] : [],
	);
}

/**
 * Kills at each point, and looks at what is left: the old database or the new one, whole, backups that are whole, and nobody's lock.
 *
 * @returns How many kills came, and what did not hold.
 */
export async function surviveCopyKills(
	rehearsal: CopyRehearsal,
	points: readonly Harm[],
): Promise<{ readonly killed: number; readonly failures: readonly string[] }> {
	const failures: string[] = [];
	let killed = 0;
	await runTwo(points, async (harm) => {
		using testFolder = rehearsal.begin();
		const outcome = await runChild(rehearsal.which, testFolder.path, { harm });
		if (outcome.killed) killed++;
		try {
			await assertCopyAftermath(testFolder, rehearsal);
		} catch (error) {
			failures.push(`${harmName(harm)}: ${(error as Error).message}`);
		}
	});
	return { killed, failures };
}

async function assertCopyAftermath(testFolder: TestFolder, { which, old, kept }: CopyRehearsal): Promise<void> {
	const { path, folder } = testFolder;
	const other: BackendName = which.backend === "sqlite-wasm" ? "sqlite-native" : "sqlite-node";
	const version = await versionWithLock(other, urlOf(other, path, which));
	const state = stateAt(path);
	assert.ok(
		state === old || (which.copying !== "backup" && state === kept),
		`neither the old nor the new state:\n${state}`,
	);
	assert.equal(state === kept, version < 0n, `version ${version} in another state`);
	await assertSound(path);
	for (const backup of backupsIn(testFolder)) {
		await assertSound(join(folder, backup));
		assert.equal(stateAt(join(folder, backup)), old);
		const locked = "SELECT count(*) FROM schema_migrations_lock WHERE locked";
		assert.equal(await askShell(join(folder, backup), locked), "0");
	}
	const again = await runChild(which, path);
	assert.equal(again.exitCode, 0, `the same again fails: ${again.message}`);
	assert.equal(stateAt(path), which.copying === "backup" ? old : kept);
	const left = testFolder.files().filter((name) => !/^(app\.db|kept\.db|.*\.backup)$|\.lock\.break-/.test(name));
	assert.deepEqual(left, []);
}

/** Nobody has to wait for the one that was killed. */
async function versionWithLock(backend: BackendName, url: string): Promise<bigint> {
	await using driver = await backendOf(backend).open(url);
	const { version, dirty } = await driver.version();
	assert.equal(dirty, false);
	await driver.lock({ timeoutMs: 0 });
	await driver.unlock();
	return version;
}
