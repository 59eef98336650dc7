import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { NIL_VERSION } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LinkKind } from "../../src/lock-file/link.ts";
import { makeLink, newLink } from "../../src/lock-file/link-file.ts";
import { type OtherRunOptions, otherRun } from "../../src/lock-file/other-run.ts";
import { newHolder } from "../../src/owners/holder.ts";
import type { Owner } from "../../src/owners/owner.ts";
import { currentPlace } from "../../src/owners/place.ts";
import { readThread } from "../../src/owners/system-threads.ts";
import { sqliteFactory } from "../../src/sqlite-factory.ts";
import { type ChildProcesses, childProcesses, message } from "../fixtures/child-processes.ts";
import { rejectionOf } from "../fixtures/error-of.ts";
import { onLinux } from "../fixtures/linux.ts";
import { nativeApplication } from "../fixtures/native-application-process.ts";
import { nodeConnection } from "../fixtures/node-connection.ts";
import { deadOwner, memberOf, uncheckedOwner } from "../fixtures/other-owners.ts";

let folder: string;
let path: string;
let children: ChildProcesses;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-other-run-"));
	path = join(folder, "app.db");
	writeFileSync(path, "");
	children = childProcesses();
});

afterEach(async () => {
	await children[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

function link(kind: LinkKind, ...owners: readonly Owner[]): void {
	const [maker = deadOwner()] = owners;
	const members = owners.map((owner) => memberOf(owner));
	expect(makeLink(`${path}.lock`, newLink(kind, maker, members, []))).toBe(true);
}

describe.runIf(process.platform === "linux")("otherRun", () => {
	const me = newHolder().owner;
	const cause = new Error("database is locked");
	let one: Owner;
	let other: Owner;

	beforeEach(async () => {
		one = await message(children.start("holder-process"));
		other = await message(children.start("holder-process"));
	});

	interface SeenLock {
		readonly access: "READ" | "WRITE";
		readonly pid: number;
		readonly suffix?: string;
	}

	/** Asks with a table of locks that the system would show. */
	function ask(locks: readonly SeenLock[], options: Partial<OtherRunOptions> = {}): string | undefined {
		const table = join(folder, "locks");
		const lines = locks.map(({ access, pid, suffix = "" }) => {
			const { dev, ino } = statSync(`${path}${suffix}`);
			const device = [dev >> 8, dev & 0xff].map((part) => part.toString(16).padStart(2, "0")).join(":");
			return `1: POSIX  ADVISORY  ${access} ${pid} ${device}:${ino} 120 120\n`;
		});
		writeFileSync(table, lines.join(""));
		const found = otherRun({ path, me, inTransaction: false, isAlone: true, table, ...options }, cause);
		if (found === undefined) return undefined;
		expect(found).toMatchObject({ holder: "godwit", attached: undefined, cause });
		return found.message.replace(`${path}.lock is held by `, "").replaceAll(` on host ${one.host}`, "");
	}

	const writes = ({ pid }: Pick<Owner, "pid">): SeenLock => ({ access: "WRITE", pid });
	const reads = ({ pid }: Pick<Owner, "pid">): SeenLock => ({ access: "READ", pid });

	it("names the member that writes, and none beside it", () => {
		link("native", me, one, other);
		expect(ask([writes(other)])).toBe(`process ${other.pid}`);
		expect(ask([reads(one), writes(other)])).toBe(`process ${other.pid}`);
	});

	it("names nobody for another program's lock", () => {
		link("native", me, one);
		expect(ask([writes({ pid: process.ppid })])).toBeUndefined();
		expect(ask([writes({ pid: process.pid })])).toBeUndefined();
		expect(ask([writes({ pid: 0 })])).toBeUndefined();
	});

	it("names nobody when no other run lives", () => {
		expect(ask([writes(one)])).toBeUndefined();
		link("native", me, deadOwner());
		expect(ask([writes(one)])).toBeUndefined();
	});

	it("names another holder of this process", () => {
		const second = newHolder();
		link("native", me, second.owner);
		expect(ask([writes(me)])).toBe(`process ${process.pid}`);
		second.end();
		expect(ask([writes(me)])).toBeUndefined();
	});

	it("names a member that cannot be checked for a lock of another container", () => {
		link("native", one, uncheckedOwner());
		expect(ask([writes({ pid: 0 })])).toMatch(/^process 4711 on host elsewhere, which cannot be checked from here/);
	});

	it("looks for readers when a transaction cannot end, and not at its own locks", () => {
		link("native", me, one, other);
		expect(ask([writes(me), reads(one)], { inTransaction: true })).toBe(`process ${one.pid}`);
		expect(ask([writes(me), reads(one), reads({ pid: process.ppid })], { inTransaction: true })).toBeUndefined();
		expect(ask([writes(me)], { inTransaction: true })).toBeUndefined();
	});

	it("looks at the locks of the write-ahead log, where readers are in nobody's way", () => {
		writeFileSync(`${path}-shm`, "");
		link("native", me, one);
		const reader: SeenLock = { access: "READ", pid: process.ppid, suffix: "-shm" };
		expect(ask([reader, { access: "WRITE", pid: one.pid, suffix: "-shm" }])).toBe(`process ${one.pid}`);
		expect(ask([reader, { access: "WRITE", pid: process.ppid, suffix: "-shm" }])).toBeUndefined();
	});

	it("names all living members for a lock that is gone by now, unless it can have been on another file", () => {
		link("native", me, one, other, deadOwner());
		expect(ask([])).toBe(`process ${one.pid}, process ${other.pid}`);
		expect(ask([], { isAlone: false })).toBeUndefined();
	});

	it("goes by the link alone where the system shows no locks", () => {
		link("native", me, one);
		expect(ask([], { table: join(folder, "none"), isAlone: false })).toBe(`process ${one.pid}`);
	});
});

describe.runIf(onLinux)("a native reader that has looked at the lock before a sqlite-wasm run has taken it", () => {
	it("waits for that run until the lock timeout, and is told its name", async () => {
		rmSync(path);
		new DatabaseSync(path).exec("CREATE TABLE t (a)");
		utimesSync(path, 1, 1);
		const run = await nativeApplication(children, path);
		// As the run's second connection does.
		await run.run("BEGIN EXCLUSIVE");
		const pid = run.process.pid ?? 0;
		const owner: Owner = { ...currentPlace(), pid, thread: pid, start: readThread(pid, pid)?.start, holder: 1 };
		const factory = sqliteFactory<DatabaseSync>({
			name: "node:sqlite",
			connect: (file) => nodeConnection(new DatabaseSync(file)),
			borrow: nodeConnection,
			usability: () => "usable" as const,
			connectReadOnly(file) {
				rmSync(`${path}.lock`, { force: true });
				link("wasm", owner);
				const connection = nodeConnection(new DatabaseSync(file, { readOnly: true }));
				return {
					...connection,
					inTransaction: false,
					close() {
						connection.close();
						rmSync(`${path}.lock`);
					},
				};
			},
		});
		await using driver = await factory.open(`node-sqlite://${path}?x-busy-timeout=0&x-lock-timeout=1ms`);
		expect(await rejectionOf(driver.version())).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			details: { owner: `${path}.lock is held by process ${pid} on host ${owner.host}` },
		});
		await run.run("COMMIT");
		expect(await driver.version()).toMatchObject({ version: NIL_VERSION, dirty: false });
	});
});
