import fs, { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseHeldError } from "@godwit/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatLink, type Link, type LinkKind, type Member } from "../../src/lock-file/link.ts";
import { makeLink, newLink, readLink } from "../../src/lock-file/link-file.ts";
import { type LockFile, type LockFileOptions, lockFile } from "../../src/lock-file/lock-file.ts";
import { type Holder, newHolder } from "../../src/owners/holder.ts";
import type { Owner } from "../../src/owners/owner.ts";
import { errorOf } from "../fixtures/error-of.ts";
import { deadOwner, LIBRARY, memberOf, uncheckedOwner } from "../fixtures/other-owners.ts";

let folder: string;
let databasePath: string;
let path: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-places-"));
	databasePath = join(folder, "app.db");
	path = `${databasePath}.lock`;
});

afterEach(() => {
	rmSync(folder, { recursive: true });
});

function lockOf(kind: LinkKind, leaseMs = 60_000): LockFile {
	return lockFile({ databasePath, kind, holder: newHolder(), library: LIBRARY, leaseMs });
}

const yes = (): boolean => true;
const { symlinkSync } = fs;

/** Runs `work` on a file system that makes symbolic links as `make` does. */
function withLinks(make: typeof symlinkSync, work: () => void): void {
	Object.assign(fs, { symlinkSync: make });
	syncBuiltinESMExports();
	try {
		work();
	} finally {
		Object.assign(fs, { symlinkSync });
		syncBuiltinESMExports();
	}
}

function refusing(code: string): typeof symlinkSync {
	return (_, at) => {
		throw Object.assign(new Error(`${code}: symlink '${at}'`), { code });
	};
}

describe("where no symbolic link can be made", () => {
	const codes = ["EPERM", "EACCES", "EROFS", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"];

	it.each(codes)("native goes on without one after %s, and says so", (code) => {
		withLinks(refusing(code), () => {
			const lock = lockOf("native");
			lock.enter();
			expect(lock).toMatchObject({ entered: true, withoutLink: true });
			expect(lock.note("other.db")).toBe(true);
			lock.assertEntered();
			let asked = false;
			expect(
				lock.leave(() => {
					asked = true;
					return true;
				}),
			).toBe(true);
			expect(asked).toBe(true);
			expect(lock.entered).toBe(false);
		});
		expect(readdirSync(folder)).toEqual([]);
	});

	it.each(codes)("wasm is refused after %s, with the reason and what to look at", (code) => {
		withLinks(refusing(code), () => {
			const error = errorOf(() => lockOf("wasm").enter());
			expect(error).toMatchObject({ code: "ERR_DATABASE", cause: { code } });
			const message = `${databasePath} cannot be locked: ${code}: symlink '${path}'; check the permissions of its folder`;
			expect(error).toHaveProperty("message", expect.stringContaining(message));
		});
	});

	it("native leaves also when a journal stays, since nothing covers it", () => {
		withLinks(refusing("EPERM"), () => {
			const lock = lockOf("native");
			lock.enter();
			expect(lock.leave(() => false)).toBe(true);
			expect(lock.entered).toBe(false);
		});
	});

	it("native makes a link again once one can be made", () => {
		const lock = lockOf("native");
		withLinks(refusing("EPERM"), () => {
			lock.enter();
			lock.leave(yes);
		});
		lock.enter();
		expect(lock.withoutLink).toBe(false);
		expect(readLink(path)).toMatchObject({ kind: "native" });
		lock.leave(yes);
	});

	it("native waits for what is there all the same", () => {
		mkdirSync(path);
		withLinks(refusing("EPERM"), () => {
			expect(errorOf(() => lockOf("native").enter())).toBeInstanceOf(DatabaseHeldError);
		});
	});

	it("a link that cannot be claimed is an error for both, since others may rely on it", () => {
		makeLink(path, newLink("native", uncheckedOwner(), [], []));
		const text = fs.readlinkSync(path);
		withLinks(refusing("EACCES"), () => {
			for (const kind of ["native", "wasm"] as const) {
				expect(errorOf(() => lockOf(kind).enter())).toMatchObject({ code: "ERR_DATABASE", cause: { code: "EACCES" } });
			}
		});
		expect(fs.readlinkSync(path)).toBe(text);
	});

	it.each(["native", "wasm"] as const)("a disk that fails is an error for %s", (kind) => {
		withLinks(refusing("EIO"), () => {
			expect(errorOf(() => lockOf(kind).enter())).toMatchObject({ code: "ERR_DATABASE", cause: { code: "EIO" } });
		});
		expect(errorOf(() => lockFile({ ...options("none/app.db"), kind }).enter())).toMatchObject({
			code: "ERR_DATABASE",
			cause: { code: "ENOENT" },
		});
	});

	function options(name: string): Omit<LockFileOptions, "kind"> {
		return { databasePath: join(folder, name), holder: newHolder(), library: LIBRARY, leaseMs: 60_000 };
	}
});

describe("on NFS, which may carry a request out twice and answer that the link is there", () => {
	const twice: typeof symlinkSync = (...args) => {
		try {
			symlinkSync(...args);
		} catch {}
		symlinkSync(...args);
	};

	it.each(["native", "wasm"] as const)("%s enters, notes, and leaves nothing behind", (kind) => {
		withLinks(twice, () => {
			const lock = lockOf(kind);
			lock.enter();
			expect(lock).toMatchObject({ entered: true, withoutLink: false });
			expect(lock.note("other.db")).toBe(true);
			expect(errorOf(() => lockOf(kind).enter())).toBeInstanceOf(DatabaseHeldError);
			expect(lock.leave(yes)).toBe(true);
		});
		expect(readdirSync(folder)).toEqual([]);
	});
});

describe("a link that has no room for another member", () => {
	/** As many members who cannot be checked as a link takes behind this one, and a file whose name fills what is left. */
	function fullLink(since: number, first: Owner = uncheckedOwner()): Link {
		const members: Member[] = [memberOf(first, since)];
		const link = (file: string): Link => newLink("native", first, members, file === "" ? [] : [file]);
		let file = "";
		for (;;) {
			members.push(memberOf(uncheckedOwner(), since));
			if (fits(link(""))) continue;
			members.pop();
			while (fits(link(`${file}x`))) file += "x";
			return link(file);
		}
	}

	function fits(link: Link): boolean {
		const probe = join(folder, "probe");
		try {
			symlinkSync(formatLink(link), probe);
		} catch (error) {
			expect(error).toMatchObject({ code: "ENAMETOOLONG" });
			return false;
		}
		fs.unlinkSync(probe);
		return true;
	}

	const nowInSeconds = (): number => Math.floor(Date.now() / 1_000);

	it("holds more than fifty that cannot be checked", () => {
		expect(fullLink(nowInSeconds()).members.length).toBeGreaterThan(50);
	});

	it("is waited for as long as their leases last, and never taken for a place without links", () => {
		const full = fullLink(nowInSeconds());
		makeLink(path, full);
		const lock = lockOf("native");
		const error = errorOf(() => lock.enter());
		expect(error).toBeInstanceOf(DatabaseHeldError);
		expect(error).toMatchObject({ holder: "godwit" });
		expect(lock).toMatchObject({ entered: false, withoutLink: false });
		expect(readLink(path)).toEqual(full);
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
	});

	it("loses those whose lease is over, and keeps those whose lease is not", () => {
		const since = nowInSeconds() - 100;
		const { members, files } = fullLink(nowInSeconds());
		const [young, ...old] = members;
		const all = [...(young ? [young] : []), ...old.map((member) => ({ ...member, since }))];
		makeLink(path, newLink("native", young?.owner ?? uncheckedOwner(), all, files));
		const lock = lockOf("native");
		lock.enter();
		expect(readLink(path)?.members.slice(1)).toEqual([young]);
		expect(lock.noted).toEqual(files);
		expect(readLink(path)?.files).toEqual(files);
		lock.leave(yes);
		expect(readLink(path)?.members).toEqual([young]);
	});

	it("keeps living members, whose lease says nothing", () => {
		const since = nowInSeconds() - 100;
		const living = newHolder();
		makeLink(path, fullLink(since, living.owner));
		lockOf("native").enter(true);
		const { pid, holder } = living.owner;
		expect(readLink(path)?.members).toHaveLength(2);
		expect(readLink(path)?.members[1]?.owner).toMatchObject({ pid, holder });
	});

	it("cannot take the name of a file that is too long, and says so", () => {
		const lock = lockOf("native");
		lock.enter();
		expect(errorOf(() => lock.note("x".repeat(5_000)))).toMatchObject({
			code: "ERR_DATABASE",
			cause: { code: "ENAMETOOLONG" },
		});
		expect(lock.leave(yes)).toBe(true);
	});
});

describe("a database with a long name", () => {
	function lockOfName(length: number, kind: LinkKind = "native", holder: Holder = newHolder()): LockFile {
		return lockFile({
			databasePath: join(folder, "x".repeat(length)),
			kind,
			holder,
			library: LIBRARY,
			leaseMs: 60_000,
		});
	}

	it.each([150, 197, 198, 220, 240, 247])(
		"of %i bytes is entered and left by native, and entered again after a holder died",
		(length) => {
			const holder = newHolder();
			const before = lockOfName(length, "native", holder);
			before.enter();
			expect(before.leave(yes)).toBe(true);
			expect(readdirSync(folder)).toEqual([]);
			before.enter();
			holder.end();
			const lock = lockOfName(length);
			lock.enter();
			expect(lock.leave(yes)).toBe(true);
			expect(readdirSync(folder)).toEqual([]);
		},
	);

	it.each(["native", "wasm"] as const)(
		"is entered by %s also when two holders died as they took it over, and nothing of them stays",
		(kind) => {
			const name = join(folder, `${"x".repeat(197)}.lock`);
			const gone = newLink(kind, deadOwner(), [memberOf(deadOwner())], []);
			makeLink(name, gone);
			const claim = newLink(kind, deadOwner(), [], []);
			makeLink(`${name}.break-${gone.id}`, claim);
			makeLink(`${name}.break2-${claim.id}`, newLink(kind, deadOwner(), [], []));
			const lock = lockOfName(197, kind);
			lock.enter();
			expect(lock.withoutLink).toBe(false);
			expect(lock.leave(yes)).toBe(true);
			expect(readdirSync(folder)).toEqual([]);
		},
	);

	it("is a place without links where a claim would have no room for its name", () => {
		const [short, long] = [lockOfName(197), lockOfName(198)];
		short.enter();
		long.enter();
		expect([short.withoutLink, long.withoutLink]).toEqual([false, true]);
		expect(errorOf(() => lockOfName(198, "wasm").enter())).toMatchObject({
			code: "ERR_DATABASE",
			cause: { code: "ENAMETOOLONG" },
		});
	});
});
