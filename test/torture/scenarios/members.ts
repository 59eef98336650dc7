import assert from "node:assert/strict";
import { join } from "node:path";
import { textBody } from "@godwit/core";
import { createAccounts } from "../accounts.ts";
import { createTestFolder } from "../test-folder.ts";
import { openNatively } from "../torture-case.ts";
import { assertStaysOut, lock, lockedDriver, ONE, up } from "./attempts.ts";
import { holdingProcess } from "./holders/holding-process.ts";
import { freeRow, leftLock, renamed, renameOwner, replaceLink } from "./left-lock.ts";
import type { Mutant } from "./mutant.ts";

const OTHER_TABLE = "x-migrations-table=other";
const AWAY = { host: "away", space: "elsewhere" };

/** Who relies on the lock beside a file, and until when it stays. */
export const MEMBER_SCENARIOS = {
	async "the lock stays until the last run that relies on it has left"(): Promise<void> {
		using testFolder = createTestFolder();
		const first = await lockedDriver("sqlite-native", testFolder.path);
		const second = await lockedDriver("sqlite-native", testFolder.path, `?${OTHER_TABLE}`);
		await first.unlock();
		assert.deepEqual(testFolder.files(), ["app.db", "app.db.lock"]);
		await second.unlock();
	},

	async "the lock goes with the last run that relies on it"(): Promise<void> {
		using testFolder = createTestFolder();
		assert.equal(await up(testFolder, "sqlite-native", ONE), undefined);
		assert.deepEqual(testFolder.files(), ["app.db"]);
	},

	async "the lock of an attached file stays while its journal cannot be rolled back"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.side);
		const driver = await lockedDriver("sqlite-native", testFolder.path);
		await driver.transaction?.({ version: 1n, dirty: false }, ({ run }) =>
			run(textBody(`ATTACH '${testFolder.side}' AS o; CREATE TABLE o.one (a)`)),
		);
		const application = openNatively(testFolder.side);
		application.exec("PRAGMA cache_size = 5; BEGIN; UPDATE accounts SET note = 'application ' || note");
		await driver.unlock();
		const kept = testFolder.files();
		application.close();
		assert.ok(kept.includes("side.db.lock"), kept.join());
		assert.ok(kept.includes("app.db.lock"), kept.join());
	},

	async "wasm does not join a native run that lives, also for another table"(): Promise<void> {
		using testFolder = createTestFolder();
		await using _ = await holdingProcess("sqlite-native", testFolder.path, { url: `?${OTHER_TABLE}` });
		assertStaysOut(await up(testFolder, "sqlite-wasm", ONE));
	},

	async "native leaves the lock of a wasm run that cannot be checked to a person"(): Promise<void> {
		using testFolder = await leftLock("sqlite-wasm");
		renameOwner(testFolder, AWAY);
		freeRow(testFolder);
		assertStaysOut(await lock(testFolder, "sqlite-native"));
	},

	async "wasm refuses a file beside which it can make no lock"(): Promise<void> {
		using testFolder = createTestFolder();
		const path = join(testFolder.folder, "n".repeat(LONG_NAME));
		assert.match(String(await up({ path }, "sqlite-wasm", ONE)), /cannot be locked/);
	},

	async "no lock is made whose claim would have too long a name"(): Promise<void> {
		using testFolder = createTestFolder();
		const name = "n".repeat(LONG_NAME);
		assert.equal(await up({ path: join(testFolder.folder, name) }, "sqlite-native", ONE), undefined);
		assert.deepEqual(testFolder.files(), [name]);
	},

	async "members that cannot be checked make room once a lease is over"(): Promise<void> {
		using testFolder = await leftLock();
		freeRow(testFolder);
		replaceLink(`${testFolder.path}.lock`, (text) => fullOfMembers(text, 0));
		assert.equal(await lock(testFolder, "sqlite-native"), undefined);
	},

	async "members that cannot be checked make no room before their lease is over"(): Promise<void> {
		using testFolder = await leftLock();
		freeRow(testFolder);
		replaceLink(`${testFolder.path}.lock`, (text) => fullOfMembers(text, Date.now() / 1_000));
		assertStaysOut(await lock(testFolder, "sqlite-native"));
	},

	async "the row of an owner that cannot be checked is left to it for its lease"(): Promise<void> {
		using testFolder = await leftLock();
		renameOwner(testFolder, AWAY);
		assertStaysOut(await lock(testFolder, "sqlite-native"));
	},

	async "the row of an owner that cannot be checked is taken once its lease is over"(): Promise<void> {
		using testFolder = await leftLock();
		renameOwner(testFolder, AWAY);
		{
			using database = openNatively(testFolder.path);
			database.exec("UPDATE schema_migrations_lock SET expires_at = '2001-01-01T00:00:00.000Z'");
		}
		assert.equal(await lock(testFolder, "sqlite-native"), undefined);
	},
} as const;

export const MEMBER_MUTANTS: readonly Mutant<keyof typeof MEMBER_SCENARIOS>[] = [
	{
		name: "the others in a lock when one leaves",
		file: "packages/sqlite-files/src/lock-file/lock-exit.ts",
		from: "if (others.length === 0) {",
		to: "if (others.length >= 0) {",
		noticed: "the lock stays until the last run that relies on it has left",
	},
	{
		name: "the removal by the last one",
		file: "packages/sqlite-files/src/lock-file/lock-exit.ts",
		from: "if (others.length === 0) {",
		to: "if (others.length < 0) {",
		noticed: "the lock goes with the last run that relies on it",
	},
	{
		name: "the look for a journal by the last one",
		file: "packages/sqlite-files/src/lock-file/link-editor.ts",
		from: 'if (!asLast()) return "kept";',
		to: "asLast();",
		noticed: "the lock of an attached file stays while its journal cannot be rolled back",
	},
	{
		name: "wasm's refusal to join",
		file: "packages/sqlite-files/src/lock-file/lock-entrance.ts",
		from: 'const joins = kind === "native" && link.kind === "native" &&',
		to: 'const joins = kind === "wasm" || link.kind === "native" &&',
		noticed: "wasm does not join a native run that lives, also for another table",
	},
	{
		name: "the refusal to join a wasm run",
		file: "packages/sqlite-files/src/lock-file/lock-entrance.ts",
		from: 'const joins = kind === "native" && link.kind === "native" &&',
		to: 'const joins = kind === "native" &&',
		noticed: "native leaves the lock of a wasm run that cannot be checked to a person",
	},
	{
		name: "wasm's need of a link",
		file: "packages/sqlite-files/src/lock-file/lock-entrance.ts",
		from: 'kind === "wasm" || !NO_LINKS',
		to: "!NO_LINKS",
		noticed: "wasm refuses a file beside which it can make no lock",
	},
	{
		name: "the room for claims",
		file: "packages/sqlite-files/src/lock-file/lock-entrance.ts",
		from: "\t\t\t\tassertRoomForClaims(path);\n",
		to: "",
		noticed: "no lock is made whose claim would have too long a name",
	},
	{
		name: "the room that lapsed members make",
		file: "packages/sqlite-files/src/lock-file/link-editor.ts",
		from: "if (members.length < next.members.length) return",
		to: "if (false) return",
		noticed: "members that cannot be checked make room once a lease is over",
	},
	{
		name: "the lease of a member",
		file: "packages/sqlite-files/src/lock-file/link-editor.ts",
		from: " && (nowInSeconds() - since) * 1_000 > leaseMs",
		to: "",
		noticed: "members that cannot be checked make no room before their lease is over",
	},
	{
		name: "the lease of the row",
		file: "packages/sqlite/src/lock/lock-row.ts",
		from: "if (!(Date.parse(String(row.expiresAt)) > Date.now())) return undefined;",
		to: "return undefined;",
		noticed: "the row of an owner that cannot be checked is left to it for its lease",
	},
	{
		name: "the end of the row's lease",
		file: "packages/sqlite/src/lock/lock-row.ts",
		from: "if (!(Date.parse(String(row.expiresAt)) > Date.now())) return undefined;",
		to: "",
		noticed: "the row of an owner that cannot be checked is taken once its lease is over",
	},
];

/** Of a database: its lock can be made, and the claim on that cannot. */
const LONG_NAME = 220;

/** As much as a symbolic link holds, on Linux. */
const MOST_BYTES = 4_095;

/** A lock with as many members in another container as there is room for. @param seconds When they entered, since 1970. */
function fullOfMembers(text: string, seconds: number): string {
	const [form = "", kind = "", id = "", maker = ""] = renamed(text, AWAY).split(" ");
	const mark = /@([0-9a-z]+)$/.exec(text.split(" ")[4] ?? "")?.[1];
	const member = (number: number): string => {
		const owner = renamed(maker, { holder: (1_000_000 + number).toString(36) });
		return `${owner}@${Math.floor(seconds).toString(36)}@${mark}`;
	};
	const head = `${[form, kind, id, maker].join(" ")} `;
	const room = Math.floor((MOST_BYTES - head.length) / (member(0).length + 1));
	const members = head + Array.from({ length: room }, (_, number) => member(number)).join(",");
	// The name of an attached file that has gone takes what is left.
	return `${members} `.padEnd(MOST_BYTES, "f");
}
