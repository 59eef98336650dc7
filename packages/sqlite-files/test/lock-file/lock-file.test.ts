import fs, {
	lutimesSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readlinkSync,
	rmdirSync,
	rmSync,
	symlinkSync,
	unlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseHeldError } from "@godwit/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LinkKind } from "../../src/lock-file/link.ts";
import { lookAt, makeLink, newLink, readLink } from "../../src/lock-file/link-file.ts";
import { type LockFile, lockFile } from "../../src/lock-file/lock-file.ts";
import { type Holder, newHolder } from "../../src/owners/holder.ts";
import type { Owner } from "../../src/owners/owner.ts";
import { errorOf } from "../fixtures/error-of.ts";
import { deadOwner, LIBRARY, memberOf, uncheckedOwner } from "../fixtures/other-owners.ts";

let folder: string;
let databasePath: string;
let path: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-lock-"));
	databasePath = join(folder, "app.db");
	path = `${databasePath}.lock`;
});

afterEach(() => {
	rmSync(folder, { recursive: true });
});

function lockOf(kind: LinkKind, holder: Holder = newHolder(), leaseMs = 60_000, library = LIBRARY): LockFile {
	return lockFile({ databasePath, kind, holder, library, leaseMs });
}

/** Makes the link that these owners would have made. */
function linkOf(kind: LinkKind, owners: readonly Owner[], files: readonly string[] = []): void {
	const [maker = deadOwner()] = owners;
	const members = owners.map((owner) => memberOf(owner));
	expect(makeLink(path, newLink(kind, maker, members, files))).toBe(true);
}

function members(): readonly Owner[] {
	return (readLink(path)?.members ?? []).map(({ owner }) => owner);
}

/** How an owner is read from a link: its host is cut. */
function cut(owner: Owner): Owner {
	return { ...owner, host: owner.host.slice(0, 10) };
}

const yes = (): boolean => true;
const KINDS: readonly LinkKind[] = ["native", "wasm"];

function heldBy(lock: LockFile, join?: boolean): DatabaseHeldError {
	const error = errorOf(() => lock.enter(join));
	expect(error).toBeInstanceOf(DatabaseHeldError);
	expect(lock.entered).toBe(false);
	return error as DatabaseHeldError;
}

describe.each(KINDS)("a %s holder", (kind) => {
	it("enters where nothing is, and leaves nothing behind", () => {
		const holder = newHolder();
		const lock = lockOf(kind, holder);
		expect(lock).toMatchObject({ path, entered: false, withoutLink: false, noted: [] });
		lock.enter();
		expect(lock).toMatchObject({ entered: true, withoutLink: false, noted: [] });
		expect(readLink(path)).toMatchObject({ kind, files: [] });
		expect(members()).toEqual([cut(holder.owner)]);
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
		lock.assertEntered();
		expect(lock.leave(yes)).toBe(true);
		expect(lock.entered).toBe(false);
		expect(readdirSync(folder)).toEqual([]);
	});

	it("waits for another SQLite library of this process, by name, and not for that of another process", () => {
		const [here, elsewhere] = [newHolder().owner, { ...uncheckedOwner(), pid: process.pid }];
		makeLink(path, newLink("native", here, [memberOf(here, 0, "b-sqlite")], []));
		for (const join of [false, true]) {
			const { holder, message } = heldBy(lockOf(kind), join);
			expect(holder).toBe("godwit");
			expect(message).toContain(`${path} is held by this process through another SQLite library than a-sqlite`);
		}
		unlinkSync(path);
		makeLink(path, newLink("native", elsewhere, [memberOf(elsewhere, 0, "b-sqlite")], []));
		if (kind === "native") lockOf(kind).enter();
		else expect(heldBy(lockOf(kind)).message).toContain("which cannot be checked from here");
	});

	it("enters once, and leaves once", () => {
		const lock = lockOf(kind);
		lock.enter();
		const text = readlinkSync(path);
		lock.enter();
		expect(readlinkSync(path)).toBe(text);
		expect(lock.leave(yes)).toBe(true);
		expect(lock.leave(() => expect.fail("it has left"))).toBe(true);
		lock.assertEntered();
	});

	it("makes a link with a name of its own each time", () => {
		const lock = lockOf(kind);
		const ids = Array.from({ length: 3 }, () => {
			lock.enter();
			const id = readLink(path)?.id;
			lock.leave(yes);
			return id;
		});
		expect(new Set(ids).size).toBe(3);
	});

	it("takes over what dead owners have left, of either kind, and what they had noted", () => {
		for (const left of KINDS) {
			linkOf(left, left === "native" ? [deadOwner(), deadOwner()] : [deadOwner()], ["other.db"]);
			const holder = newHolder();
			const lock = lockOf(kind, holder);
			lock.enter();
			expect(readLink(path)).toMatchObject({ kind, files: ["other.db"] });
			expect(members()).toEqual([cut(holder.owner)]);
			expect(lock.noted).toEqual(["other.db"]);
			expect(lock.leave(yes)).toBe(true);
			expect(readdirSync(folder)).toEqual([]);
			lock.enter();
			expect(lock.noted).toEqual([]);
			expect(lock.leave(yes)).toBe(true);
		}
	});

	it("takes over a link without members, which a member that was killed has left", () => {
		linkOf("native", []);
		const lock = lockOf(kind);
		lock.enter();
		expect(members()).toHaveLength(1);
		lock.leave(yes);
	});

	it("takes over at once from a holder that has ended in a living process", () => {
		const before = newHolder();
		lockOf("wasm", before).enter();
		before.end();
		const lock = lockOf(kind);
		lock.enter();
		expect(lock.entered).toBe(true);
		lock.leave(yes);
	});

	it("removes the claims that dead owners have left when it takes over", () => {
		linkOf("native", [deadOwner()]);
		const gone = newLink("native", deadOwner(), [], []);
		makeLink(`${path}.break-${gone.id}`, newLink("native", deadOwner(), [], []));
		const lock = lockOf(kind);
		lock.enter();
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
		lock.leave(yes);
	});

	it("removes them also when nobody holds the lock, and when a person says that nobody does", () => {
		const gone = newLink("native", deadOwner(), [], []);
		const leave = (): boolean => makeLink(`${path}.break-${gone.id}`, newLink("native", deadOwner(), [], []));
		leave();
		const lock = lockOf(kind);
		lock.enter();
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
		lock.leave(yes);
		linkOf("native", [uncheckedOwner()]);
		leave();
		expect(lock.takeOver(lookAt(path))).toBe(true);
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
		lock.leave(yes);
	});

	it("waits for a living wasm holder, and names it as a godwit", () => {
		linkOf("wasm", [newHolder().owner]);
		for (const join of [false, true]) {
			const { holder, message } = heldBy(lockOf(kind), join);
			expect(holder).toBe("godwit");
			expect(message).toMatch(new RegExp(`^${path} is held by process ${process.pid} on host \\S+$`));
		}
	});

	it("waits for a wasm holder that cannot be checked, however long, and says what a person can do", () => {
		linkOf("wasm", [uncheckedOwner()]);
		const { holder, message } = heldBy(lockOf(kind, newHolder(), 0), true);
		expect(holder).toBe("godwit");
		expect(message).toBe(
			`${path} is held by process 4711 on host elsewhere, which cannot be checked from here; if it is gone, clear the lock with "godwit unlock"`,
		);
	});

	it("waits for a folder, as node-sqlite3-wasm makes it, and says how old it is", () => {
		mkdirSync(path);
		const anHourAgo = Math.floor(Date.now() / 1_000) - 3_600;
		utimesSync(path, anHourAgo, anHourAgo);
		const { holder, message } = heldBy(lockOf(kind), true);
		expect(holder).toBe("other");
		expect(message).toMatch(/app\.db\.lock was made 36\d\d s ago by a program that is not godwit, .*"godwit unlock"$/);
		rmdirSync(path);
		lockOf(kind).enter();
	});

	it("waits for a plain file and for another program's link", () => {
		writeFileSync(path, "");
		expect(heldBy(lockOf(kind))).toMatchObject({ holder: "other" });
		unlinkSync(path);
		symlinkSync("host:4711", path);
		expect(heldBy(lockOf(kind))).toMatchObject({ holder: "other" });
		expect(readlinkSync(path)).toBe("host:4711");
	});

	it("is told that the lock was lost when it was removed by hand, and can enter again", () => {
		const lock = lockOf(kind);
		lock.enter();
		unlinkSync(path);
		const lost = {
			code: "ERR_LOCK_LOST",
			details: { owner: "nobody" },
			message: `the lock ${path} was taken away from this process; now: nobody`,
		};
		expect(errorOf(() => lock.assertEntered())).toMatchObject(lost);
		expect(errorOf(() => lock.leave(() => expect.fail("nothing is left of it")))).toMatchObject(lost);
		expect(lock.entered).toBe(false);
		lock.enter();
		expect(lock.leave(yes)).toBe(true);
	});

	it("removes nothing of others' when the lock was lost: neither their link nor their folder", () => {
		for (const other of KINDS) {
			const lock = lockOf(kind);
			lock.enter();
			unlinkSync(path);
			linkOf(other, [uncheckedOwner()]);
			const text = readlinkSync(path);
			expect(errorOf(() => lock.note("other.db"))).toMatchObject({ code: "ERR_LOCK_LOST" });
			expect(readlinkSync(path)).toBe(text);
			unlinkSync(path);
		}
		const lock = lockOf(kind);
		lock.enter();
		unlinkSync(path);
		mkdirSync(path);
		const lost = errorOf(() => lock.leave(yes));
		expect(lost).toMatchObject({ code: "ERR_LOCK_LOST" });
		expect(lost).toHaveProperty("message", expect.stringContaining("by a program that is not godwit"));
		expect(lookAt(path)).toMatchObject({ state: "foreign" });
	});

	it("keeps the lock when whoever leaves finds a journal that has to stay covered, and can leave later", () => {
		const lock = lockOf(kind);
		lock.enter();
		expect(lock.leave(() => false)).toBe(true);
		expect(lock.entered).toBe(true);
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
		expect(lock.leave(yes)).toBe(true);
		expect(readdirSync(folder)).toEqual([]);
	});

	it("can leave later when the look for a journal fails", () => {
		const lock = lockOf(kind);
		lock.enter();
		const failure = new Error("EIO");
		expect(
			errorOf(() =>
				lock.leave(() => {
					throw failure;
				}),
			),
		).toBe(failure);
		expect(lock.entered).toBe(true);
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
		expect(lock.leave(yes)).toBe(true);
		expect(readdirSync(folder)).toEqual([]);
	});

	it("keeps others out until the look for a journal is over", () => {
		const lock = lockOf(kind);
		lock.enter();
		lock.leave(() => {
			for (const other of KINDS) heldBy(lockOf(other));
			expect(errorOf(() => mkdirSync(path))).toMatchObject({ code: "EEXIST" });
			return true;
		});
		expect(readdirSync(folder)).toEqual([]);
	});

	it("notes attached files, each once, of any name", () => {
		const lock = lockOf(kind);
		lock.enter();
		const since = readLink(path)?.members;
		for (const file of ["other.db", "../a b, c.db", "other.db"]) expect(lock.note(file)).toBe(true);
		expect(readLink(path)).toMatchObject({ kind, files: ["other.db", "../a b, c.db"], members: since });
		lock.assertEntered();
		expect(lock.leave(yes)).toBe(true);
		expect(readdirSync(folder)).toEqual([]);
	});

	describe("takes over what a person says is left", () => {
		it("a link of owners who cannot be checked, dropping them all, and what they had noted", () => {
			for (const left of KINDS) {
				linkOf(left, [uncheckedOwner()], ["other.db"]);
				const holder = newHolder();
				const lock = lockOf(kind, holder);
				expect(lock.takeOver(lookAt(path))).toBe(true);
				expect(members()).toEqual([cut(holder.owner)]);
				expect(lock).toMatchObject({ entered: true, noted: ["other.db"] });
				expect(lock.leave(yes)).toBe(true);
				expect(readdirSync(folder)).toEqual([]);
			}
		});

		it("a folder, which stays as the cover until it leaves", () => {
			mkdirSync(path);
			const lock = lockOf(kind);
			expect(lock.takeOver(lookAt(path))).toBe(true);
			expect(lock.entered).toBe(true);
			expect(lock.note("other.db")).toBe(true);
			lock.assertEntered();
			expect(lock.leave(() => false)).toBe(true);
			expect(lock.entered).toBe(true);
			expect(lookAt(path)).toMatchObject({ state: "foreign" });
			expect(lock.leave(yes)).toBe(true);
			expect(lock.entered).toBe(false);
			expect(readdirSync(folder)).toEqual([]);
		});

		it("but not a folder with files in it, which no library has made, and says so", () => {
			mkdirSync(path);
			writeFileSync(join(path, "kept"), "");
			const lock = lockOf(kind);
			expect(lock.takeOver(lookAt(path))).toBe(true);
			expect(errorOf(() => lock.leave(yes))).toMatchObject({
				code: "ERR_DATABASE",
				message: `${path} is a folder with files in it, so it is not the lock of a SQLite library; look at what it holds, and move it away by hand`,
			});
			expect(readdirSync(path)).toEqual(["kept"]);
		});

		it("a plain file, and another program's link", () => {
			for (const make of [() => writeFileSync(path, ""), () => symlinkSync("host:4711", path)]) {
				make();
				const lock = lockOf(kind);
				expect(lock.takeOver(lookAt(path))).toBe(true);
				expect(lock.leave(yes)).toBe(true);
				expect(readdirSync(folder)).toEqual([]);
			}
		});

		it("but leaves a folder that was made anew while it was the cover", () => {
			mkdirSync(path);
			const lock = lockOf(kind);
			lock.takeOver(lookAt(path));
			rmdirSync(path);
			mkdirSync(path);
			utimesSync(path, 1, 1);
			expect(lock.leave(yes)).toBe(true);
			expect(lookAt(path)).toMatchObject({ state: "foreign" });
		});

		it("or nothing, when it is not there any more as it was seen", () => {
			mkdirSync(path);
			const seen = lookAt(path);
			utimesSync(path, 1, 1);
			const lock = lockOf(kind);
			expect(lock.takeOver(seen)).toBe(false);
			rmdirSync(path);
			expect(lock.takeOver(seen)).toBe(false);
			linkOf("native", [uncheckedOwner()]);
			const link = lookAt(path);
			unlinkSync(path);
			linkOf("native", [uncheckedOwner()]);
			const text = readlinkSync(path);
			expect(lock.takeOver(link)).toBe(false);
			expect(lock.entered).toBe(false);
			expect(readlinkSync(path)).toBe(text);
		});

		it("or nothing, when nothing was there", () => {
			const lock = lockOf(kind);
			expect(lock.takeOver(lookAt(path))).toBe(false);
			expect(lock.entered).toBe(false);
			expect(readdirSync(folder)).toEqual([]);
		});

		it("or nothing, while somebody else changes it", () => {
			linkOf("native", [uncheckedOwner()]);
			const link = readLink(path);
			makeLink(`${path}.break-${link?.id}`, newLink("native", newHolder().owner, [], []));
			const lock = lockOf(kind);
			expect(lock.takeOver(lookAt(path))).toBe(false);
			expect(lock.entered).toBe(false);
		});
	});
});

describe("native holders", () => {
	it("join one that cannot be checked, each as a member until it leaves", () => {
		const other = uncheckedOwner();
		linkOf("native", [other], ["other.db"]);
		const holder = newHolder();
		const lock = lockOf("native", holder);
		lock.enter();
		expect(members()).toEqual([cut(holder.owner), other]);
		expect(readLink(path)?.files).toEqual(["other.db"]);
		lock.assertEntered();
		expect(lock.leave(() => false)).toBe(true);
		expect(lock.entered).toBe(false);
		expect(members()).toEqual([other]);
		expect(readLink(path)?.files).toEqual(["other.db"]);
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
	});

	it("wait for a living one unless they join for a few statements", () => {
		const [first, second] = [newHolder(), newHolder()];
		const [one, two] = [lockOf("native", first), lockOf("native", second)];
		one.enter();
		expect(heldBy(two)).toMatchObject({
			holder: "godwit",
			message: expect.stringContaining(`is held by process ${process.pid} on host`),
		});
		two.enter(true);
		expect(members()).toEqual([second.owner, first.owner].map(cut));
		expect(one.leave(() => false)).toBe(true);
		expect(members()).toEqual([cut(second.owner)]);
		two.assertEntered();
		expect(two.leave(yes)).toBe(true);
		expect(readdirSync(folder)).toEqual([]);
	});

	it("wait for a living one beside one that cannot be checked", () => {
		const other = uncheckedOwner();
		linkOf("native", [other, newHolder().owner]);
		expect(heldBy(lockOf("native")).message).toContain(`process 4711 on host elsewhere, process ${process.pid} on`);
		lockOf("native").enter(true);
		expect(members()).toHaveLength(3);
	});

	it("drop the members that they see dead, when they enter, join and leave", () => {
		const other = uncheckedOwner();
		linkOf("native", [deadOwner(), other, deadOwner()]);
		const [first, second] = [newHolder(), newHolder()];
		const [one, two] = [lockOf("native", first), lockOf("native", second)];
		one.enter();
		expect(members()).toEqual([cut(first.owner), other]);
		two.enter(true);
		expect(members()).toEqual([cut(second.owner), cut(first.owner), other]);
		first.end();
		two.leave(yes);
		expect(members()).toEqual([other]);
	});

	it("are told that the lock was lost when another link that does not name them is there", () => {
		const lock = lockOf("native");
		lock.enter();
		unlinkSync(path);
		linkOf("native", [uncheckedOwner()]);
		const text = readlinkSync(path);
		expect(errorOf(() => lock.leave(yes))).toMatchObject({
			code: "ERR_LOCK_LOST",
			details: { owner: expect.stringContaining("held by process 4711 on host elsewhere") },
		});
		expect(readlinkSync(path)).toBe(text);
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
	});

	it("stay members when another one joins, notes and leaves", () => {
		const [one, two] = [lockOf("native"), lockOf("native")];
		one.enter();
		two.enter(true);
		expect(two.note("other.db")).toBe(true);
		expect(one.note("more.db")).toBe(true);
		expect(readLink(path)?.files).toEqual(["other.db", "more.db"]);
		one.assertEntered();
		two.assertEntered();
		two.leave(yes);
		one.assertEntered();
		one.leave(yes);
		expect(readdirSync(folder)).toEqual([]);
	});

	describe("when somebody else changes the link in the moment after they have", () => {
		const { renameSync } = fs;

		/** Runs `work`, with `change` right after its first rename. */
		function changedAfter(change: () => void, work: () => void): void {
			let changed = false;
			const changing = (...args: Parameters<typeof renameSync>): void => {
				renameSync(...args);
				if (changed) return;
				changed = true;
				change();
			};
			Object.assign(fs, { renameSync: changing });
			syncBuiltinESMExports();
			try {
				work();
			} finally {
				Object.assign(fs, { renameSync });
				syncBuiltinESMExports();
			}
			expect(changed).toBe(true);
		}

		it("have left, and are not told that the lock was lost", () => {
			const [one, two, three] = [lockOf("native"), lockOf("native"), lockOf("native")];
			one.enter();
			two.enter(true);
			changedAfter(
				() => three.enter(true),
				() => expect(one.leave(yes)).toBe(true),
			);
			expect(one.entered).toBe(false);
			expect(members()).toHaveLength(2);
			two.assertEntered();
			three.assertEntered();
		});

		it("have left also when that one was the last to leave", () => {
			const [one, two] = [lockOf("native"), lockOf("native")];
			one.enter();
			two.enter(true);
			changedAfter(
				() => two.leave(yes),
				() => expect(one.leave(yes)).toBe(true),
			);
			expect(readdirSync(folder)).toEqual([]);
		});

		it("have entered, taken over and noted, once", () => {
			linkOf("native", [uncheckedOwner()]);
			const [one, two, three] = [lockOf("native"), lockOf("native"), lockOf("native")];
			changedAfter(
				() => three.enter(true),
				() => one.enter(),
			);
			expect(members()).toHaveLength(3);
			changedAfter(
				() => two.enter(true),
				() => expect(one.note("other.db")).toBe(true),
			);
			expect(readLink(path)?.files).toEqual(["other.db"]);
			for (const lock of [one, two, three]) lock.leave(yes);
			changedAfter(
				() => three.enter(true),
				() => expect(two.takeOver(lookAt(path))).toBe(true),
			);
			expect(members()).toHaveLength(2);
			expect(two.entered).toBe(true);
		});

		it("have not entered when that one did not take them for members", () => {
			linkOf("native", [deadOwner()]);
			const lock = lockOf("native");
			changedAfter(
				() => {
					unlinkSync(path);
					linkOf("native", [newHolder().owner]);
				},
				() => expect(heldBy(lock)).toMatchObject({ holder: "godwit" }),
			);
			expect(members()).toHaveLength(1);
		});
	});

	describe("while somebody has the claim on the link", () => {
		function claimBy(owner: Owner): string {
			const claim = `${path}.break-${readLink(path)?.id}`;
			makeLink(claim, newLink("native", owner, [], []));
			return claim;
		}

		it("wait to enter, to note and to leave, while that one lives", () => {
			linkOf("native", [deadOwner()]);
			const claim = claimBy(newHolder().owner);
			expect(heldBy(lockOf("native"))).toMatchObject({
				holder: "godwit",
				message: `${path} is just changing hands`,
			});
			expect(readdirSync(folder).sort()).toEqual(["app.db.lock", claim.slice(folder.length + 1)].sort());
			unlinkSync(claim);
			const lock = lockOf("native");
			lock.enter();
			const again = claimBy(newHolder().owner);
			expect(lock.note("other.db")).toBe(false);
			expect(lock.leave(() => expect.fail("others may be entering"))).toBe(false);
			expect(lock.entered).toBe(true);
			unlinkSync(again);
			expect(lock.leave(yes)).toBe(true);
			expect(readdirSync(folder)).toEqual([]);
		});

		it("wait to leave beside others too", () => {
			const [one, two] = [lockOf("native"), lockOf("native")];
			one.enter();
			two.enter(true);
			const claim = claimBy(newHolder().owner);
			expect(one.leave(yes)).toBe(false);
			expect(one.entered).toBe(true);
			unlinkSync(claim);
			expect(one.leave(yes)).toBe(true);
			expect(two.leave(yes)).toBe(true);
		});

		it("go on when that one has died", () => {
			linkOf("native", [deadOwner()]);
			claimBy(deadOwner());
			const lock = lockOf("native");
			lock.enter();
			claimBy(deadOwner());
			expect(lock.note("other.db")).toBe(true);
			claimBy(deadOwner());
			expect(lock.leave(yes)).toBe(true);
			expect(readdirSync(folder)).toEqual([]);
		});

		it("go on when that one cannot be checked and its lease is over", () => {
			linkOf("native", [uncheckedOwner()]);
			const claim = claimBy(uncheckedOwner());
			heldBy(lockOf("native"));
			const long = Date.now() / 1_000 - 100;
			lutimesSync(claim, long, long);
			heldBy(lockOf("native", newHolder(), 200_000));
			const lock = lockOf("native");
			lock.enter();
			expect(members()).toHaveLength(2);
			expect(readdirSync(folder)).toEqual(["app.db.lock"]);
		});
	});
});

describe("wasm holders", () => {
	it("are alone: they wait for a living native one, for one that cannot be checked, and for one among dead ones", () => {
		for (const owners of [[newHolder().owner], [uncheckedOwner()], [deadOwner(), uncheckedOwner()]]) {
			linkOf("native", owners);
			expect(heldBy(lockOf("wasm", newHolder(), 0), true)).toMatchObject({ holder: "godwit" });
			expect(members()).toHaveLength(owners.length);
			unlinkSync(path);
		}
	});

	it("never replace a claim that cannot be checked, however old", () => {
		linkOf("native", [deadOwner()]);
		const claim = `${path}.break-${readLink(path)?.id}`;
		makeLink(claim, newLink("native", uncheckedOwner(), [], []));
		lutimesSync(claim, 1, 1);
		heldBy(lockOf("wasm", newHolder(), 0));
		expect(lookAt(claim)).toMatchObject({ state: "link" });
	});

	it("leave without a claim, which nobody can have on the link of a living one", () => {
		const lock = lockOf("wasm");
		lock.enter();
		lock.leave(() => {
			expect(readdirSync(folder)).toEqual(["app.db.lock"]);
			return true;
		});
		expect(readdirSync(folder)).toEqual([]);
	});
});
