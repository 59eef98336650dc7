import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeSqlite } from "../../../examples/third-party-driver/node-sqlite.ts";
import type { LinkKind } from "../src/lock-file/link.ts";
import { makeLink, newLink, readLink } from "../src/lock-file/link-file.ts";
import { newHolder } from "../src/owners/holder.ts";
import type { Owner } from "../src/owners/owner.ts";
import { rejectionOf } from "./fixtures/error-of.ts";
import { deadOwner, memberOf, uncheckedOwner } from "./fixtures/other-owners.ts";

describe("breakLocks", () => {
	let folder: string;
	let path: string;
	let asked: string[];

	beforeEach(() => {
		folder = realpathSync(mkdtempSync(join(tmpdir(), "godwit-break-")));
		path = join(folder, "app.db");
		asked = [];
		make();
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	function make(): void {
		{
			using database = new DatabaseSync(path);
			database.exec("CREATE TABLE IF NOT EXISTS t (a)");
		}
		utimesSync(path, 1, 1);
	}

	function link(kind: LinkKind, ...owners: readonly Owner[]): void {
		const [maker = deadOwner()] = owners;
		const members = owners.map((owner) => memberOf(owner, 0, "node:sqlite"));
		expect(makeLink(`${path}.lock`, newLink(kind, maker, members, []))).toBe(true);
	}

	function breakLocks(answer: boolean | (() => boolean), file = path): Promise<number> {
		return nodeSqlite.breakLocks(`node-sqlite://${file}?x-busy-timeout=1ms`, async (holder) => {
			asked.push(holder);
			return typeof answer === "boolean" ? answer : answer();
		});
	}

	const files = (): readonly string[] => readdirSync(folder).sort();

	it("has nothing to ask where nothing is", async () => {
		expect(await breakLocks(true)).toBe(0);
		expect(await breakLocks(true, join(folder, "none.db"))).toBe(0);
		expect(await nodeSqlite.breakLocks("node-sqlite://:memory:", async () => true)).toBe(0);
		expect(asked).toEqual([]);
		expect(files()).toEqual(["app.db"]);
	});

	it.each(["native", "wasm"] as const)(
		"clears a %s lock of an owner who cannot be checked, after asking",
		async (kind) => {
			link(kind, uncheckedOwner(), deadOwner());
			expect(await breakLocks(false)).toBe(0);
			expect(files()).toEqual(["app.db", "app.db.lock"]);
			expect(await breakLocks(true)).toBe(1);
			expect(asked[1]).toContain("app.db.lock is held by process 4711 on host elsewhere, which cannot be checked");
			expect(files()).toEqual(["app.db"]);
		},
	);

	it("clears a folder and a plain file, after asking", async () => {
		for (const left of [() => mkdirSync(`${path}.lock`), () => writeFileSync(`${path}.lock`, "")]) {
			left();
			expect(await breakLocks(true)).toBe(1);
			expect(asked.pop()).toContain("app.db.lock was made 0 s ago by a program that is not godwit");
			expect(files()).toEqual(["app.db"]);
		}
	});

	it("leaves what has changed while the person was asked", async () => {
		link("native", uncheckedOwner());
		const cleared = await breakLocks(() => {
			rmSync(`${path}.lock`);
			link("wasm", uncheckedOwner());
			return true;
		});
		expect(cleared).toBe(0);
		expect(readLink(`${path}.lock`)?.kind).toBe("wasm");
	});

	it("takes what dead owners left without asking", async () => {
		link("wasm", deadOwner());
		expect(await breakLocks(true)).toBe(0);
		expect(asked).toEqual([]);
		expect(files()).toEqual(["app.db"]);
	});

	it("refuses a wasm holder that is seen at work, and says what ends it", async () => {
		link("wasm", newHolder().owner);
		const refusal = await rejectionOf(breakLocks(true));
		expect(refusal).toMatchObject({ code: "ERR_LOCK_TIMEOUT", details: { waitedMs: 0 } });
		expect(refusal).toHaveProperty("message", expect.stringContaining("end that process, and the lock goes with it"));
		expect(asked).toEqual([]);
		expect(files()).toEqual(["app.db", "app.db.lock"]);
	});

	it("clears the row of a living native holder after asking, who then commits nothing", async () => {
		await using holder = await nodeSqlite.open(`node-sqlite://${path}`);
		await holder.lock();
		expect(await breakLocks(false)).toBe(0);
		expect(await breakLocks(true)).toBe(1);
		expect(asked[1]).toContain(`the migration lock is held by process ${process.pid} on host`);
		expect(await rejectionOf(holder.setVersion({ version: 1n, dirty: false }))).toMatchObject({
			code: "ERR_LOCK_LOST",
		});
		await rejectionOf(holder.unlock());
	});

	it("leaves a row that has changed hands while the person was asked", async () => {
		await using first = await nodeSqlite.open(`node-sqlite://${path}`);
		await using second = await nodeSqlite.open(`node-sqlite://${path}`);
		await first.lock();
		let next: Promise<void> | undefined;
		const cleared = await nodeSqlite.breakLocks(`node-sqlite://${path}`, async () => {
			await first.unlock();
			next = second.setVersion({ version: 2n, dirty: false });
			await next;
			return true;
		});
		expect(cleared).toBe(0);
		expect(await second.version()).toMatchObject({ version: 2n, dirty: false });
	});

	it("leaves a row that another holder of the same process has taken meanwhile", async () => {
		await using first = await nodeSqlite.open(`node-sqlite://${path}`);
		await using second = await nodeSqlite.open(`node-sqlite://${path}`);
		await first.lock();
		const cleared = await nodeSqlite.breakLocks(`node-sqlite://${path}`, async () => {
			await first.unlock();
			await second.lock();
			return true;
		});
		expect(cleared).toBe(0);
		await second.setVersion({ version: 2n, dirty: false });
		await second.unlock();
	});

	it("makes no database where there is only a lock, which it removes", async () => {
		const alone = join(folder, "alone.db");
		mkdirSync(`${alone}.lock`);
		expect(await nodeSqlite.breakLocks(`node-sqlite://${alone}`, async () => true)).toBe(1);
		expect(readdirSync(folder).filter((name) => name.startsWith("alone"))).toEqual([]);
		expect(await nodeSqlite.breakLocks(`node-sqlite://${alone}`, async () => true)).toBe(0);
	});
});
