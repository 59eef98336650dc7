import { readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { killedRun } from "../killed-run.ts";
import { createTestFolder, type TestFolder } from "../test-folder.ts";
import { type BackendName, openNatively } from "../torture-case.ts";
import { lockedDriver } from "./attempts.ts";

/** The fields of an owner, as a lock and its row have them. */
const FIELDS = ["host", "boot", "space", "pid", "thread", "start", "holder"] as const;

export type OwnerFields = Record<(typeof FIELDS)[number], string>;

const OWNER = /[^ ~]+(?:~[^ ~]+){6}/;

export function ownerIn(text: string): OwnerFields {
	const values = OWNER.exec(text)?.[0].split("~") ?? [];
	return Object.fromEntries(FIELDS.map((field, index) => [field, values[index]])) as OwnerFields;
}

/** The database of a godwit that was killed while it held the lock. */
export async function leftLock(
	backend: BackendName = "sqlite-native",
	sql = "SELECT 1",
	testFolder: TestFolder = createTestFolder(),
): Promise<TestFolder> {
	await killedRun(backend, testFolder.path, sql);
	return testFolder;
}

/** Changes the owner that a lock and its row name. */
export function renameOwner({ path }: TestFolder, changes: Partial<OwnerFields>): void {
	replaceLink(`${path}.lock`, (text) => renamed(text, changes));
	using database = openNatively(path);
	const { owner } = database.prepare<[], { owner: string }>("SELECT owner FROM schema_migrations_lock").get() ?? {};
	database.prepare("UPDATE schema_migrations_lock SET owner = ?").run(renamed(String(owner), changes));
}

export function freeRow({ path }: TestFolder): void {
	using database = openNatively(path);
	database.exec("UPDATE schema_migrations_lock SET locked = FALSE");
}

export function renamed(text: string, changes: Partial<OwnerFields>): string {
	return text.replace(OWNER, Object.values({ ...ownerIn(text), ...changes }).join("~"));
}

export function replaceLink(path: string, change: (text: string) => string): void {
	const text = change(readlinkSync(path));
	unlinkSync(path);
	symlinkSync(text, path);
}

/** The text of a lock that this process has held beside another file. */
export async function linkOfThisProcess({ folder }: TestFolder): Promise<string> {
	await using driver = await lockedDriver("sqlite-native", join(folder, "other.db"));
	const text = readlinkSync(join(folder, "other.db.lock"));
	await driver.unlock();
	return text;
}
