import { chmodSync, chownSync } from "node:fs";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { BACKENDS, NATIVE, PAIRS } from "./backends.ts";
import { GATE } from "./gate.ts";
import {
	accountValues,
	allAccounts,
	CREATE_ACCOUNTS,
	changeAccounts,
	createPlace,
	exec,
	type Place,
	query,
} from "./place.ts";
import { runOnce, startRunner } from "./runner.ts";

const NOBODY = 65_534;
const AS_NOBODY = { imports: ["./fixtures/as-nobody.ts"] };
const FILES = { "1_a.up.sql": "CREATE TABLE a (x);" };

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => {
		chmodSync(place.folder, 0o700);
		place[Symbol.dispose]();
	});
});

/** Gives the folder and the database to the user as whom `AS_NOBODY` runs. */
function giveAway(mode: number, ...paths: readonly string[]): void {
	if (process.getuid?.() === 0) for (const path of [place.folder, ...paths]) chownSync(path, NOBODY, NOBODY);
	chmodSync(place.folder, mode);
}

describe("a folder in which no symbolic link can be made", () => {
	const NO_LINKS = { imports: ["./fixtures/no-symbolic-links.ts"] };

	it.each(NATIVE)("is good enough for %s, which says who cannot be kept out", async (backend) => {
		const outcome = await runOnce({ backend, path: place.path, files: FILES }, NO_LINKS);
		expect(outcome).toMatchObject({ applied: 1 });
		expect(outcome.events).toContainEqual(
			`notice: no symbolic link can be made beside ${place.path}, so applications on node-sqlite3-wasm cannot be kept out; stop them while it is migrated`,
		);
		expect(await runOnce({ backend, path: place.path }, NO_LINKS)).toMatchObject({ version: "1", dirty: false });
		expect(place.files()).toEqual(["app.db"]);
	});

	it.each(NATIVE)("says so of an attached file too, before %s reads it, and once a run", async (backend) => {
		const other = place.of("other.db");
		exec(other, "CREATE TABLE t (x)");
		const attach = `ATTACH '${other}' AS o; INSERT INTO o.t VALUES (1);`;
		const files = { "1_a.up.sql": attach, "2_b.up.sql": attach };
		const only = { imports: ["./fixtures/no-symbolic-link-of-other.ts"] };
		const outcome = await runOnce({ backend, path: place.path, files }, only);
		expect(outcome).toMatchObject({ applied: 2 });
		expect(outcome.events.filter((event) => event.startsWith("notice"))).toEqual([
			`notice: no symbolic link can be made beside ${other}, so applications on node-sqlite3-wasm cannot be kept out; stop them while it is migrated`,
		]);
	});

	it("keeps two native runs apart all the same", async () => {
		await using first = await startRunner(NO_LINKS);
		const run = first.run({
			backend: "sqlite-native",
			path: place.path,
			files: { "1_a.up.sql": `CREATE TABLE a (x);${GATE}` },
		});
		await first.atGate();
		const second = { backend: "node-sqlite", path: place.path, files: FILES, lockTimeoutMs: 0 } as const;
		expect(await runOnce({ ...second, options: "x-busy-timeout=0s" }, NO_LINKS)).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringContaining(`process ${first.pid} on host`),
		});
		first.go();
		expect(await run).toMatchObject({ applied: 1 });
	});

	it("is refused by sqlite-wasm, which has nothing else to keep others out", async () => {
		expect(await runOnce({ backend: "sqlite-wasm", path: place.path, files: FILES }, NO_LINKS)).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining(`${place.path} cannot be locked: EPERM: operation not permitted, symlink`),
		});
		expect(place.files()).toEqual([]);
	});
});

describe("a folder that may not be listed", () => {
	it.each(BACKENDS)("is good enough for %s, as it is for SQLite", async (backend) => {
		giveAway(0o300);
		expect(await runOnce({ backend, path: place.path, files: FILES }, AS_NOBODY)).toMatchObject({ applied: 1 });
		chmodSync(place.folder, 0o700);
		expect(place.files()).toEqual(["app.db"]);
	});

	it.each(PAIRS)("is recovered after a kill on %s by %s", async (killed, next) => {
		exec(place.path, CREATE_ACCOUNTS);
		giveAway(0o300, place.path);
		{
			await using runner = await startRunner(AS_NOBODY);
			const run = runner.run({ backend: killed, path: place.path, files: { "1_c.up.sql": changeAccounts() + GATE } });
			const ended = run.catch(() => {});
			await runner.atGate();
			await runner.kill();
			await ended;
		}
		const files = { "1_c.up.sql": changeAccounts() };
		expect(await runOnce({ backend: next, path: place.path, files }, AS_NOBODY)).toMatchObject({ applied: 1 });
		chmodSync(place.folder, 0o700);
		expect(place.files()).toEqual(["app.db"]);
		expect(accountValues(place.path)).toEqual(allAccounts(2));
	});
});

describe("a folder that cannot be synced", () => {
	it.each(BACKENDS)("is good enough for %s, as it is for SQLite", async (backend) => {
		const imports = ["./fixtures/no-folder-sync.ts"];
		expect(await runOnce({ backend, path: place.path, files: FILES }, { imports })).toMatchObject({ applied: 1 });
		expect(query(place.path, "SELECT version FROM schema_migrations")).toEqual([[1]]);
	});
});

describe("a folder without write permission", () => {
	beforeEach(async () => {
		expect(await runOnce({ backend: "sqlite-native", path: place.path, files: FILES })).toMatchObject({ applied: 1 });
		giveAway(0o555, place.path);
	});

	it.each(BACKENDS)("lets %s read the version, and find that there is nothing to do", async (backend) => {
		const version = await runOnce({ backend, path: place.path }, AS_NOBODY);
		expect(version).toMatchObject({ version: "1", dirty: false });
		expect(await runOnce({ backend, path: place.path, files: FILES }, AS_NOBODY)).toMatchObject({ applied: 0 });
		expect(place.files()).toEqual(["app.db"]);
	});

	it("makes sqlite-wasm refuse to migrate, which says that it cannot lock", async () => {
		const files = { ...FILES, "2_b.up.sql": "CREATE TABLE b (x);" };
		expect(await runOnce({ backend: "sqlite-wasm", path: place.path, files }, AS_NOBODY)).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/app\.db cannot be locked: EACCES/),
		});
	});
});
