import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { Migrate, memorySource } from "@godwit/core";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { asRoot, canUnshare } from "../../packages/sqlite-files/test/fixtures/linux.ts";
import { factoryOf } from "./backends.ts";
import { createPlace, exec, type Place, query } from "./place.ts";

const COPYING = ["sqlite-native", "sqlite-wasm", "sqlite-node"] as const;

const FILES = { "1_a.up.sql": "CREATE TABLE a (x);", "2_b.up.sql": "CREATE TABLE b (x);" };

/** More than the small disk has. */
const FILL =
	"INSERT INTO a WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) SELECT zeroblob(1000) FROM n";

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
});

/** Whether this user may make a file system. */
const canMount = asRoot && canUnshare("--mount");

/** A folder that is a disk of 200 KiB. */
function smallDisk(): string {
	const folder = place.of("small");
	mkdirSync(folder);
	const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=200k", "tmpfs", folder]);
	if (status !== 0) throw new Error(`cannot mount: ${stderr}`);
	onTestFinished(() => void spawnSync("umount", [folder]));
	return folder;
}

describe.runIf(canMount).each(COPYING)("on a disk that is full, %s", (backend) => {
	async function open(path: string): Promise<Migrate> {
		const driver = await factoryOf(backend).open(`sqlite://${path}`);
		return new Migrate({ source: memorySource(FILES), driver });
	}

	async function openFilled(): Promise<Migrate> {
		const migrate = await open(place.path);
		await migrate.steps(1);
		exec(place.path, FILL);
		return migrate;
	}

	/** The file system of node-sqlite3-wasm knows of no full disk. */
	function reason(folder: string): string {
		if (backend !== "sqlite-wasm") return "database or disk is full; ";
		return `disk I/O error; the disk of ${folder} may be full, or broken: `;
	}

	it("has no backup, and names the disk that needs room", async () => {
		const directory = smallDisk();
		await using migrate = await openFilled();
		await expect(migrate.backup({ directory })).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(
				new RegExp(
					`^cannot make the backup ${directory}/app\\.db\\..*\\.backup: ${reason(directory)}make room on the disk of ${directory}, or name another folder with -backup-dir`,
				),
			),
		});
		expect(readdirSync(directory)).toEqual([]);
	});

	it("has no rehearsal, and names the disk that needs room", async () => {
		const directory = smallDisk();
		await using migrate = await openFilled();
		await expect(migrate.rehearse(undefined, { directory })).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: `cannot rehearse on a copy of ${place.path}: ${reason(directory)}make room on the disk of ${directory}, or name another folder with -copy-dir, or the option directory`,
		});
		expect(readdirSync(directory)).toEqual([]);
	});

	it.each([{ swap: true }, { swap: false }])("keeps the database in a restore with %j", async (options) => {
		const small = `${smallDisk()}/app.db`;
		const backup = place.of("app.backup");
		await (await openFilled()).close();
		copyFileSync(place.path, backup);
		await using migrate = await open(small);
		await migrate.steps(1);
		exec(small, "INSERT INTO a VALUES ('kept')");
		const before = readFileSync(small);
		// Without a backup API the restore ends before it needs room.
		if (backend === "sqlite-wasm" && !options.swap) return;
		await expect(migrate.restore(backup, options)).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(
				new RegExp(`^cannot restore ${backup}: .*(full|ENOSPC).*; make room on the disk of ${place.of("small")}$`),
			),
		});
		expect(readFileSync(small).length).toBe(before.length);
		expect(query(small, "SELECT x FROM a")).toEqual([["kept"]]);
		expect(readdirSync(place.of("small"))).toEqual(["app.db"]);
	});
});
