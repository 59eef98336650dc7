import assert from "node:assert/strict";
import { lutimesSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { createTestFolder, type TestFolder } from "../test-folder.ts";
import { assertStaysOut, lock, lockedDriver } from "./attempts.ts";
import { leftLock, renamed } from "./left-lock.ts";
import type { Mutant } from "./mutant.ts";

const ELSEWHERE = { host: "away", space: "elsewhere" };

/** Who may change the lock of a file: the holder of the claim on it. */
export const CLAIM_SCENARIOS = {
	async "the claim of a dead process is replaced at once"(): Promise<void> {
		using testFolder = await leftLock();
		symlinkSync(claimText(testFolder, "dead-1"), claimOn(testFolder));
		assert.equal(await lock(testFolder, "sqlite-native"), undefined);
	},

	async "a claim that a living process is replacing is left to it"(): Promise<void> {
		using testFolder = await leftLock();
		const claim = claimText(testFolder, "dead-1");
		symlinkSync(claim, claimOn(testFolder));
		await lockedDriver("sqlite-native", join(testFolder.folder, "other.db"));
		symlinkSync(readlinkSync(join(testFolder.folder, "other.db.lock")), secondClaim(testFolder, "dead-1"));
		assertStaysOut(await lock(testFolder, "sqlite-native"));
		assert.equal(readlinkSync(claimOn(testFolder)), claim);
	},

	async "claims of processes that cannot be checked are replaced once they are older than a lease"(): Promise<void> {
		using testFolder = await leftLock();
		leaveClaim(testFolder, claimOn(testFolder), "gone-1", 0);
		leaveClaim(testFolder, secondClaim(testFolder, "gone-1"), "gone-2", 0);
		assert.equal(await lock(testFolder, "sqlite-native"), undefined);
	},

	async "the claim of a process that cannot be checked is left to it for a lease"(): Promise<void> {
		using testFolder = await leftLock();
		leaveClaim(testFolder, claimOn(testFolder), "slow-1", Date.now() / 1_000);
		assertStaysOut(await lock(testFolder, "sqlite-native"));
	},

	async "wasm leaves an old claim of a process that cannot be checked to a person"(): Promise<void> {
		using testFolder = await leftLock();
		leaveClaim(testFolder, claimOn(testFolder), "gone-1", 0);
		assertStaysOut(await lock(testFolder, "sqlite-wasm"));
	},

	async "a driver goes on from the claim that a failed attempt of its own has left"(): Promise<void> {
		using testFolder = createTestFolder();
		const driver = await lockedDriver("sqlite-native", testFolder.path, "?x-lock-timeout=0s");
		symlinkSync(readlinkSync(`${testFolder.path}.lock`).replace(/ native \S+/, " native half-1"), claimOn(testFolder));
		assert.equal(await driver.unlock().catch(String), undefined);
		assert.deepEqual(testFolder.files(), ["app.db"]);
	},

	async "who leaves waits for the process that is changing the lock"(): Promise<void> {
		using testFolder = createTestFolder();
		const driver = await lockedDriver("sqlite-native", testFolder.path, "?x-lock-timeout=0s");
		await lockedDriver("sqlite-native", join(testFolder.folder, "other.db"));
		const link = readlinkSync(`${testFolder.path}.lock`);
		symlinkSync(readlinkSync(join(testFolder.folder, "other.db.lock")), claimOn(testFolder));
		assertStaysOut(await driver.unlock().then(String, (error: unknown) => error));
		assert.equal(readlinkSync(`${testFolder.path}.lock`), link);
	},

	async "the claim of a living process is not cleared away"(): Promise<void> {
		using testFolder = createTestFolder();
		await lockedDriver("sqlite-native", join(testFolder.folder, "other.db"));
		const claim = `${testFolder.path}.lock.break2-former-1`;
		symlinkSync(readlinkSync(join(testFolder.folder, "other.db.lock")), claim);
		assert.equal(await lock(testFolder, "sqlite-native"), undefined);
		assert.ok(testFolder.files().includes("app.db.lock.break2-former-1"), testFolder.files().join());
	},
} as const;

export const CLAIM_MUTANTS: readonly Mutant<keyof typeof CLAIM_SCENARIOS>[] = [
	{
		name: "the end of a claim with its maker",
		file: "packages/sqlite-files/src/lock-file/link-file.ts",
		from: 'return liveness === "dead";',
		to: "return false;",
		noticed: "the claim of a dead process is replaced at once",
	},
	{
		name: "the claim on a claim",
		file: "packages/sqlite-files/src/lock-file/link-file.ts",
		from: "const second = claimLink(claim, there, next, options);\n\treturn second !== undefined && renameLink(second, claim, next);",
		to: "unlinkSync(claim);\n\treturn makeLink(claim, next);",
		noticed: "a claim that a living process is replacing is left to it",
	},
	{
		name: "the end of a claim by its age",
		file: "packages/sqlite-files/src/lock-file/link-file.ts",
		from: "return olderThan(claim, leaseMs, next);",
		to: "return false;",
		noticed: "claims of processes that cannot be checked are replaced once they are older than a lease",
	},
	{
		name: "the lease of a claim",
		file: "packages/sqlite-files/src/lock-file/link-file.ts",
		from: "return olderThan(claim, leaseMs, next);",
		to: "return true;",
		noticed: "the claim of a process that cannot be checked is left to it for a lease",
	},
	{
		name: "wasm's wait for a person at a claim",
		file: "packages/sqlite-files/src/lock-file/link-editor.ts",
		from: 'leaseMs: kind === "native" ? leaseMs : undefined',
		to: "leaseMs",
		noticed: "wasm leaves an old claim of a process that cannot be checked to a person",
	},
	{
		name: "the claims of one's own",
		file: "packages/sqlite-files/src/lock-file/link-file.ts",
		from: "if (sameOwner(maker, next.maker)) return true;",
		to: "",
		noticed: "a driver goes on from the claim that a failed attempt of its own has left",
	},
	{
		name: "the claim of whoever leaves",
		file: "packages/sqlite-files/src/lock-file/link-editor.ts",
		from: 'if (kind === "native" && claim === undefined) return false;',
		to: "",
		noticed: "who leaves waits for the process that is changing the lock",
	},
	{
		name: "the look at who has made a claim before it is cleared away",
		file: "packages/sqlite-files/src/lock-file/left-claims.ts",
		from: 'link !== undefined && livenessOf(link.maker) === "dead"',
		to: "link !== undefined",
		noticed: "the claim of a living process is not cleared away",
	},
];

function claimOn({ path }: TestFolder): string {
	return `${path}.lock.break-${readlinkSync(`${path}.lock`).split(" ")[2]}`;
}

/** The claim on the claim that has this id. */
function secondClaim({ path }: TestFolder, id: string): string {
	return `${path}.lock.break2-${id}`;
}

/** What the owner of the lock would make the lock by a claim. */
function claimText({ path }: TestFolder, id: string): string {
	return readlinkSync(`${path}.lock`).replace(/ native \S+/, ` native ${id}`);
}

/** Makes the claim of a process in another container. @param seconds When it was made, since 1970. */
function leaveClaim(testFolder: TestFolder, claim: string, id: string, seconds: number): void {
	symlinkSync(renamed(claimText(testFolder, id), ELSEWHERE), claim);
	lutimesSync(claim, seconds, seconds);
}
