import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseHeldError } from "@godwit/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SqliteLibrary } from "../../src/connections/library/library.ts";
import type { LinkKind } from "../../src/lock-file/link.ts";
import { makeLink, newLink, readLink } from "../../src/lock-file/link-file.ts";
import { newHolder } from "../../src/owners/holder.ts";
import type { Owner } from "../../src/owners/owner.ts";
import { lockStateOf } from "../../src/reading/lock-state.ts";
import { childProcesses, message } from "../fixtures/child-processes.ts";
import { errorOf } from "../fixtures/error-of.ts";
import { asRoot } from "../fixtures/linux.ts";
import { deadOwner, LIBRARY, memberOf, uncheckedOwner } from "../fixtures/other-owners.ts";
import { startThread } from "../fixtures/start-thread.ts";

describe("lockStateOf", () => {
	const native: SqliteLibrary = { name: LIBRARY, locks: "posix", copy: {} };
	const wasm: SqliteLibrary = { name: LIBRARY, locks: "folder", copy: {} };
	let folder: string;
	let path: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-lock-state-"));
		path = join(folder, "app.db");
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	function link(kind: LinkKind, ...owners: readonly Owner[]): string | undefined {
		const [maker = deadOwner()] = owners;
		const members = owners.map((owner) => memberOf(owner));
		expect(makeLink(`${path}.lock`, newLink(kind, maker, members, []))).toBe(true);
		return readLink(`${path}.lock`)?.id;
	}

	function holderOf(library: SqliteLibrary): string | undefined {
		const error = errorOf(() => lockStateOf(path, library));
		return error instanceof DatabaseHeldError ? error.holder : undefined;
	}

	it("of a free lock are what the file itself says, for both kinds of library", () => {
		expect(lockStateOf(path, native)).toEqual({ lock: "free", covered: false, ownJournal: true });
		expect(lockStateOf(path, wasm)).toEqual({ lock: "free", covered: false, ownJournal: false });
	});

	it("with a write-ahead log are covered for native, which reads one commit of it", () => {
		writeFileSync(`${path}-wal`, "");
		expect(lockStateOf(path, native)).toMatchObject({ covered: true });
		expect(lockStateOf(path, wasm)).toMatchObject({ covered: false });
	});

	it("of a native link are covered for native until the link changes", () => {
		for (const owner of [newHolder().owner, uncheckedOwner()]) {
			const lock = link("native", owner);
			expect(lockStateOf(path, native)).toEqual({ lock, covered: true, ownJournal: true });
			unlinkSync(`${path}.lock`);
		}
	});

	it("of a living native link are for wasm those of a file that is written to", () => {
		const lock = link("native", uncheckedOwner());
		expect(lockStateOf(path, wasm)).toEqual({ lock, covered: false, ownJournal: false });
	});

	it("of a living wasm link keep native out, which would meet its exclusive lock", () => {
		for (const owner of [newHolder().owner, uncheckedOwner()]) {
			const lock = link("wasm", owner);
			expect(holderOf(native)).toBe("godwit");
			expect(lockStateOf(path, wasm)).toEqual({ lock, covered: false, ownJournal: false });
			unlinkSync(`${path}.lock`);
		}
	});

	it("of a wasm link of another thread keep wasm out, which would drop its lock by closing the file", async () => {
		const worker = await startThread();
		const [owner] = (await once(worker, "message")) as [Owner];
		link("wasm", owner);
		expect(holderOf(wasm)).toBe("godwit");
		await worker.terminate();
	});

	it("of dead owners ask for somebody who enters and rolls back", () => {
		link("wasm", deadOwner());
		expect(lockStateOf(path, wasm)).toBeUndefined();
		expect(lockStateOf(path, native)).toBeUndefined();
		unlinkSync(`${path}.lock`);
		link("native", deadOwner(), deadOwner());
		expect(lockStateOf(path, wasm)).toBeUndefined();
		expect(lockStateOf(path, native)).toBeUndefined();
	});

	it.runIf(asRoot)("of dead native owners are covered for native where nobody may enter", async () => {
		const lock = link("native", deadOwner());
		chmodSync(folder, 0o555);
		await using children = childProcesses();
		const answer = await message(children.start("lock-state-process", path));
		expect(answer).toEqual({ native: { lock, covered: true, ownJournal: true } });
	});

	it("of this process with another library keep both out, and do not of another process", () => {
		for (const [owner, holder] of [
			[newHolder().owner, "godwit"],
			[{ ...uncheckedOwner(), pid: process.pid }, undefined],
		] as const) {
			makeLink(`${path}.lock`, newLink("native", owner, [memberOf(owner, 0, "b-sqlite")], []));
			expect([holderOf(native), holderOf(wasm)]).toEqual([holder, holder]);
			unlinkSync(`${path}.lock`);
		}
	});

	it("of a folder keep both out", () => {
		mkdirSync(`${path}.lock`);
		expect([holderOf(wasm), holderOf(native)]).toEqual(["other", "other"]);
	});
});
