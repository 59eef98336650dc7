import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createTestFolder, type TestFolder } from "../test-folder.ts";
import { openNatively } from "../torture-case.ts";
import { assertStaysOut, lock, lockedDriver } from "./attempts.ts";
import { holdingProcess } from "./holders/holding-process.ts";
import { holdingThread } from "./holders/holding-thread.ts";
import { leftLock, linkOfThisProcess, ownerIn, renameOwner } from "./left-lock.ts";
import type { Mutant } from "./mutant.ts";

const KILLED_HOLDER = fileURLToPath(new URL("../killed-holder.ts", import.meta.url));
const LOCKING_USER = fileURLToPath(new URL("./holders/locking-user.ts", import.meta.url));

/** Who counts as alive, dead, or as somebody who cannot be checked. */
export const OWNER_SCENARIOS = {
	async "a driver does not take the lock of another one in its thread"(): Promise<void> {
		using testFolder = createTestFolder();
		await lockedDriver("sqlite-native", testFolder.path);
		assertStaysOut(await lock(testFolder, "sqlite-native"));
	},

	async "what a driver could not give back keeps nobody out once it is closed"(): Promise<void> {
		using testFolder = createTestFolder();
		const driver = await lockedDriver("sqlite-native", testFolder.path, "?x-lock-timeout=0s");
		await using other = await lockedDriver("sqlite-native", join(testFolder.folder, "other.db"));
		const claim = `${testFolder.path}.lock.break-${readlinkSync(`${testFolder.path}.lock`).split(" ")[2]}`;
		symlinkSync(readlinkSync(join(testFolder.folder, "other.db.lock")), claim);
		assertStaysOut(await driver.close().then(String, (error: unknown) => error));
		unlinkSync(claim);
		assert.ok(testFolder.files().includes("app.db.lock"), "the lock has gone");
		assert.equal(await lock(testFolder, "sqlite-wasm"), undefined);
		await other.unlock();
	},

	async "the lock of another process that lives is left to it"(): Promise<void> {
		using testFolder = createTestFolder();
		await using _ = await holdingProcess("sqlite-native", testFolder.path);
		assertStaysOut(await lock(testFolder, "sqlite-native"));
	},

	async "the lock of a killed process is taken at once"(): Promise<void> {
		using testFolder = await leftLock();
		assert.equal(await lock(testFolder, "sqlite-native"), undefined);
	},

	async "the lock of a process whose number is a later one's by now is taken at once"(): Promise<void> {
		using testFolder = await leftLock();
		const { pid, thread } = ownerIn(await linkOfThisProcess(testFolder));
		renameOwner(testFolder, { pid, thread });
		assert.equal(await lock(testFolder, "sqlite-native"), undefined);
	},

	async "the lock of a killed process that its parent has not looked after is taken at once"(): Promise<void> {
		using testFolder = createTestFolder();
		// What the shell becomes knows of no child.
		const script = '"$0" "$@" & exec tail -f /dev/null';
		const args = [KILLED_HOLDER, "sqlite-native", testFolder.path, "SELECT 1"];
		const parent = spawn("sh", ["-c", script, process.execPath, ...args], { stdio: ["ignore", "pipe", "inherit"] });
		const exited = once(parent, "exit");
		await once(parent.stdout, "data");
		const pid = Number.parseInt(ownerIn(readlinkSync(`${testFolder.path}.lock`)).pid, 36);
		process.kill(pid, "SIGKILL");
		while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) await setImmediate();
		const failed = await lock(testFolder, "sqlite-native");
		parent.kill("SIGKILL");
		await exited;
		assert.equal(failed, undefined);
	},

	async "a thread does not take the lock of another one that lives"(): Promise<void> {
		using testFolder = createTestFolder();
		await using _ = await holdingThread("sqlite-native", testFolder.path);
		assertStaysOut(await lock(testFolder, "sqlite-native"));
	},

	async "the lock of a terminated thread is taken at once"(): Promise<void> {
		using testFolder = createTestFolder();
		{
			await using _ = await holdingThread("sqlite-native", testFolder.path);
		}
		const thread = Number.parseInt(ownerIn(readlinkSync(`${testFolder.path}.lock`)).thread, 36);
		while (existsSync(`/proc/self/task/${thread}`)) await setImmediate();
		assert.equal(await lock(testFolder, "sqlite-native"), undefined);
	},

	async "the row of a thread that lives keeps nobody out once its driver is closed"(): Promise<void> {
		using testFolder = createTestFolder();
		await using thread = await holdingThread("sqlite-native", testFolder.path, "?x-busy-timeout=0s");
		{
			using application = openNatively(testFolder.path);
			application.exec("BEGIN IMMEDIATE");
			await thread.close();
		}
		using database = openNatively(testFolder.path);
		assert.deepEqual(database.prepare("SELECT locked FROM schema_migrations_lock").get(), { locked: 1 });
		assert.equal(await lock(testFolder, "sqlite-native"), undefined);
	},

	async "the lock of another user's process that lives is left to it"(): Promise<void> {
		using testFolder = await lockOfRoot();
		assert.equal(lockAsNobody(testFolder), "ERR_LOCK_TIMEOUT");
	},

	async "the lock of a living process that the system hides is left to it"(): Promise<void> {
		using testFolder = await lockOfRoot();
		const mount = 'mount -t proc -o hidepid=2 proc /proc && exec "$0" "$@"';
		assert.equal(lockAsNobody(testFolder, ["unshare", "--mount", "sh", "-c", mount]), "ERR_LOCK_TIMEOUT");
	},

	async "an owner in another container is not dead because its number is nobody's here"(): Promise<void> {
		using testFolder = await leftLock();
		renameOwner(testFolder, { space: "elsewhere" });
		assertStaysOut(await lock(testFolder, "sqlite-native"));
	},

	async "an owner on another machine is not dead because its number is nobody's here"(): Promise<void> {
		using testFolder = await leftLock();
		// A copy of a machine that was running has its boot and its namespaces.
		renameOwner(testFolder, { host: "away" });
		assertStaysOut(await lock(testFolder, "sqlite-native"));
	},

	async "a process that sees the processes of another namespace takes nobody's lock for dead"(): Promise<void> {
		using testFolder = createTestFolder();
		const inNamespace = ["unshare", "--pid", "--fork", "--kill-child"];
		await using _ = await holdingProcess("sqlite-native", testFolder.path, { command: inNamespace });
		assert.equal(lockBy(testFolder, inNamespace), "ERR_LOCK_TIMEOUT");
	},

	async "the lock of an owner from before a restart is taken at once where one machine has the disk"(): Promise<void> {
		using testFolder = await leftLock();
		renameOwner(testFolder, { boot: "before" });
		assert.equal(await lock(testFolder, "sqlite-native"), undefined);
	},

	async "an owner of another boot is not dead where several machines may have the disk"(): Promise<void> {
		using testFolder = createTestFolder();
		execFileSync("mount", ["-t", "ramfs", "ramfs", testFolder.folder]);
		try {
			using left = await leftLock();
			testFolder.become(left);
			renameOwner(testFolder, { boot: "before" });
			assertStaysOut(await lock(testFolder, "sqlite-native"));
		} finally {
			execFileSync("umount", [testFolder.folder]);
		}
	},
} as const;

export const OWNER_MUTANTS: readonly Mutant<keyof typeof OWNER_SCENARIOS>[] = [
	{
		name: "the holders of a thread that have not ended",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: 'return isLivingHere(owner.holder) ? "alive" : "dead";',
		to: 'return "dead";',
		noticed: "a driver does not take the lock of another one in its thread",
	},
	{
		name: "the holders of a thread that have ended",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: 'return isLivingHere(owner.holder) ? "alive" : "dead";',
		to: 'return "alive";',
		noticed: "what a driver could not give back keeps nobody out once it is closed",
	},
	{
		name: "the end of a holder with its access",
		file: "packages/sqlite-files/src/files/end-of-access.ts",
		from: "holder.end();",
		to: "",
		noticed: "what a driver could not give back keeps nobody out once it is closed",
	},
	{
		name: "the processes that exist",
		file: "packages/sqlite-files/src/owners/system-threads.ts",
		from: "process.kill(pid, 0);\n\t\treturn true;",
		to: "process.kill(pid, 0);\n\t\treturn false;",
		noticed: "the lock of another process that lives is left to it",
	},
	{
		name: "the processes that do not exist",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: 'if (!processExists(owner.pid)) return "dead";',
		to: "",
		noticed: "the lock of a killed process is taken at once",
	},
	{
		name: "the start of a process",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: "thread.start === owner.start && !thread.ended",
		to: "!thread.ended",
		noticed: "the lock of a process whose number is a later one's by now is taken at once",
	},
	{
		name: "the end of a process that the system still shows",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: "thread.start === owner.start && !thread.ended",
		to: "thread.start === owner.start",
		noticed: "the lock of a killed process that its parent has not looked after is taken at once",
	},
	{
		name: "the threads that are not this one",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: "owner.pid === me.pid && owner.thread === me.thread && owner.start === me.start",
		to: "owner.pid === me.pid",
		noticed: "a thread does not take the lock of another one that lives",
	},
	{
		name: "the threads that have ended",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: 'readThread(owner.pid, owner.pid) === undefined ? "alive" : "dead"',
		to: '"alive"',
		noticed: "the lock of a terminated thread is taken at once",
	},
	{
		name: "the row of an owner that is in no link",
		file: "packages/sqlite-files/src/files/file-holders.ts",
		from: 'hasMember(found.link, owner) ? "alive" : "dead"',
		to: 'true ? "alive" : "dead"',
		noticed: "the row of a thread that lives keeps nobody out once its driver is closed",
	},
	{
		name: "the processes of other users",
		file: "packages/sqlite-files/src/owners/system-threads.ts",
		from: 'if (code === "EPERM") return true;',
		to: 'if (code === "EPERM") return false;',
		noticed: "the lock of another user's process that lives is left to it",
	},
	{
		name: "the processes that the system hides",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: 'readThread(owner.pid, owner.pid) === undefined ? "alive" : "dead"',
		to: '"dead"',
		noticed: "the lock of a living process that the system hides is left to it",
	},
	{
		name: "the namespace of an owner",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: " || owner.space !== me.space",
		to: "",
		noticed: "an owner in another container is not dead because its number is nobody's here",
	},
	{
		name: "the host of an owner",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: 'if (!plainHost(me.host).startsWith(plainHost(owner.host))) return "unknown";',
		to: "",
		noticed: "an owner on another machine is not dead because its number is nobody's here",
	},
	{
		name: "the doubt where /proc is another namespace's",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: 'if (me.space === undefined) return "unknown";',
		to: "",
		noticed: "a process that sees the processes of another namespace takes nobody's lock for dead",
	},
	{
		name: "the boot of an owner",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: 'return local() ? "dead" : "unknown";',
		to: 'return "unknown";',
		noticed: "the lock of an owner from before a restart is taken at once where one machine has the disk",
	},
	{
		name: "the look at the file system for an owner of another boot",
		file: "packages/sqlite-files/src/owners/liveness.ts",
		from: 'return local() ? "dead" : "unknown";',
		to: 'return "dead";',
		noticed: "an owner of another boot is not dead where several machines may have the disk",
	},
];

/** A database that everybody may use, and whose lock this process, which is root's, holds. */
async function lockOfRoot(): Promise<TestFolder & Disposable> {
	const testFolder = createTestFolder();
	await lockedDriver("sqlite-native", testFolder.path);
	chmodSync(testFolder.folder, 0o777);
	chmodSync(testFolder.path, 0o666);
	return testFolder;
}

/** @param command Starts the process. */
function lockAsNobody(testFolder: TestFolder, command: readonly string[] = ["env"]): string {
	return lockBy(testFolder, command, "65534");
}

/** Tries to take a lock in a process of its own. @returns the code of its error; nothing when it has taken the lock. */
function lockBy({ path }: TestFolder, [program = "", ...args]: readonly string[], ...user: readonly string[]): string {
	return execFileSync(program, [...args, process.execPath, LOCKING_USER, path, ...user], { encoding: "utf8" });
}
