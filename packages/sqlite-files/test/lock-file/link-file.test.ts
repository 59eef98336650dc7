import fs, {
	lstatSync,
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
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeLeftClaims } from "../../src/lock-file/left-claims.ts";
import { formatLink, type Link } from "../../src/lock-file/link.ts";
import {
	type ClaimOptions,
	claimLink,
	lookAt,
	makeLink,
	newLink,
	readLink,
	removeLink,
	renameLink,
	sameFound,
} from "../../src/lock-file/link-file.ts";
import { newHolder } from "../../src/owners/holder.ts";
import { ownerLiveness } from "../../src/owners/liveness.ts";
import type { Owner } from "../../src/owners/owner.ts";
import { errorOf } from "../fixtures/error-of.ts";
import { deadOwner, memberOf, uncheckedOwner } from "../fixtures/other-owners.ts";

let folder: string;
let path: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-link-"));
	path = join(folder, "app.db.lock");
});

afterEach(() => {
	rmSync(folder, { recursive: true });
});

const livenessOf = (owner: Owner) => ownerLiveness(owner, () => true);
const never: ClaimOptions = { livenessOf, leaseMs: undefined };

function linkOf(owner: Owner, kind: Link["kind"] = "native"): Link {
	return newLink(kind, owner, [memberOf(owner)], []);
}

function made(owner: Owner, at = path): Link {
	const link = linkOf(owner);
	expect(makeLink(at, link)).toBe(true);
	return link;
}

function claimOn({ id }: Link, level = ""): string {
	return `${path}.break${level}-${id}`;
}

describe("lookAt", () => {
	it("tells nothing, a link and what is foreign apart: a folder, a file, another program's link", () => {
		expect(lookAt(path)).toEqual({ state: "free" });
		mkdirSync(path);
		expect(lookAt(path)).toMatchObject({
			state: "foreign",
			folder: true,
			inode: lstatSync(path, { bigint: true }).ino,
		});
		rmdirSync(path);
		writeFileSync(path, "");
		expect(lookAt(path)).toMatchObject({ state: "foreign", folder: false });
		unlinkSync(path);
		symlinkSync("host:4711", path);
		expect(lookAt(path)).toMatchObject({ state: "foreign", folder: false });
		unlinkSync(path);
		const link = made(newHolder().owner);
		expect(lookAt(path)).toEqual({ state: "link", link });
	});

	it("passes on the file system's own errors", () => {
		writeFileSync(path, "");
		expect(errorOf(() => lookAt(join(path, "lock")))).toMatchObject({ code: "ENOTDIR" });
		expect(errorOf(() => readLink(join(path, "lock")))).toMatchObject({ code: "ENOTDIR" });
	});
});

describe("sameFound", () => {
	it("knows a link by its id, which each link has of its own", () => {
		const { owner } = newHolder();
		made(owner);
		const before = lookAt(path);
		expect(sameFound(before, lookAt(path))).toBe(true);
		unlinkSync(path);
		expect(sameFound(before, lookAt(path))).toBe(false);
		made(owner);
		expect(sameFound(before, lookAt(path))).toBe(false);
	});

	it("knows a folder by its number and its time", () => {
		mkdirSync(path);
		const before = lookAt(path);
		expect(sameFound(before, lookAt(path))).toBe(true);
		utimesSync(path, 1, 1);
		expect(sameFound(before, lookAt(path))).toBe(false);
		rmdirSync(path);
		expect(sameFound(before, lookAt(path))).toBe(false);
		mkdirSync(`${path}-other`);
		mkdirSync(path);
		const { mtimeNs } = lstatSync(path, { bigint: true });
		const other = lookAt(`${path}-other`);
		expect(sameFound({ ...other, mtimeNs } as typeof other, lookAt(path))).toBe(false);
	});

	it("knows a folder from the one that another program made in the same millisecond", () => {
		mkdirSync(path);
		utimesSync(path, 1, 1.0001);
		const before = lookAt(path);
		utimesSync(path, 1, 1.0002);
		expect(sameFound(before, lookAt(path))).toBe(false);
	});

	it("takes free for free", () => {
		expect(sameFound({ state: "free" }, lookAt(path))).toBe(true);
	});
});

describe("makeLink", () => {
	it("makes a link where nothing is, in the way of a mkdir and not to be removed by a rmdir", () => {
		const link = made(newHolder().owner);
		expect(readlinkSync(path)).toBe(formatLink(link));
		expect(errorOf(() => mkdirSync(path))).toMatchObject({ code: "EEXIST" });
		expect(errorOf(() => rmdirSync(path))).toMatchObject({ code: "ENOTDIR" });
	});

	it("makes none where something is", () => {
		const before = made(newHolder().owner);
		expect(makeLink(path, linkOf(newHolder().owner))).toBe(false);
		expect(readLink(path)).toEqual(before);
		unlinkSync(path);
		mkdirSync(path);
		expect(makeLink(path, linkOf(newHolder().owner))).toBe(false);
	});

	it("has made it when the file system answers that it is there, as NFS does to a request that it carries out twice", () => {
		twice(() => {
			const link = linkOf(newHolder().owner);
			expect(makeLink(path, link)).toBe(true);
			expect(readLink(path)).toEqual(link);
			expect(makeLink(path, linkOf(newHolder().owner))).toBe(false);
		});
	});

	it("passes on the file system's own errors", () => {
		const link = linkOf(newHolder().owner);
		expect(errorOf(() => makeLink(join(folder, "none", "lock"), link))).toMatchObject({ code: "ENOENT" });
		expect(errorOf(() => makeLink(path, { ...link, files: ["x".repeat(5_000)] }))).toMatchObject({
			code: "ENAMETOOLONG",
		});
	});
});

describe("claimLink", () => {
	it("is taken by one at a time, and already says what the link will say", () => {
		const seen = made(newHolder().owner);
		const [next, other] = [linkOf(newHolder().owner), linkOf(newHolder().owner)];
		const claim = claimLink(path, seen, next, never);
		expect(claim).toBe(claimOn(seen));
		expect(readLink(claimOn(seen))).toEqual(next);
		expect(claimLink(path, seen, other, never)).toBeUndefined();
		expect(readLink(path)).toEqual(seen);
		expect(renameLink(claimOn(seen), path, next)).toBe(true);
		expect(readLink(path)).toEqual(next);
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
	});

	it("is given up when the link has changed or has gone meanwhile", () => {
		const { owner } = newHolder();
		const seen = linkOf(owner);
		expect(claimLink(path, seen, linkOf(owner), never)).toBeUndefined();
		expect(readdirSync(folder)).toEqual([]);
		const now = made(owner);
		expect(claimLink(path, seen, linkOf(owner), never)).toBeUndefined();
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
		expect(readLink(path)).toEqual(now);
	});

	it("is replaced when its maker has died, also when that one's replacer has", () => {
		const seen = made(deadOwner());
		const breaker = made(deadOwner(), claimOn(seen));
		const second = made(deadOwner(), claimOn(breaker, "2"));
		const next = linkOf(newHolder().owner);
		expect(claimLink(path, seen, next, never)).toBe(claimOn(seen));
		expect(readLink(claimOn(seen))).toEqual(next);
		expect(readdirSync(folder).filter((name) => name.includes(second.id))).toEqual([]);
		expect(renameLink(claimOn(seen), path, next)).toBe(true);
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
	});

	it("is left to a living maker, however old it is", () => {
		const seen = made(deadOwner());
		const holder = newHolder();
		const claim = made(holder.owner, claimOn(seen));
		const next = linkOf(newHolder().owner);
		expect(claimLink(path, seen, next, { livenessOf, leaseMs: 0 })).toBeUndefined();
		expect(readLink(claimOn(seen))).toEqual(claim);
		holder.end();
		expect(claimLink(path, seen, next, never)).toBe(claimOn(seen));
	});

	it("is left to a maker who cannot be checked, until it is older than the lease by the file system's own clock", () => {
		const seen = made(deadOwner());
		const claim = made(uncheckedOwner(), claimOn(seen));
		const next = linkOf(newHolder().owner);
		const now = Date.now() / 1_000;
		fs.lutimesSync(claimOn(seen), now - 50, now - 50);
		expect(claimLink(path, seen, next, { livenessOf, leaseMs: 60_000 })).toBeUndefined();
		expect(readLink(claimOn(seen))).toEqual(claim);
		fs.lutimesSync(claimOn(seen), now - 70, now - 70);
		expect(claimLink(path, seen, next, never)).toBeUndefined();
		expect(readLink(claimOn(seen))).toEqual(claim);
		expect(claimLink(path, seen, next, { livenessOf, leaseMs: 60_000 })).toBe(claimOn(seen));
		expect(readdirSync(folder).sort()).toEqual(["app.db.lock", `app.db.lock.break-${seen.id}`]);
	});

	it("is left alone when it is not ours", () => {
		const seen = made(deadOwner());
		mkdirSync(claimOn(seen));
		expect(claimLink(path, seen, linkOf(newHolder().owner), { livenessOf, leaseMs: 0 })).toBeUndefined();
		expect(lookAt(claimOn(seen))).toMatchObject({ state: "foreign", folder: true });
	});
});

describe("renameLink", () => {
	it("tells when another's claim was there by then, and when none was", () => {
		const seen = made(deadOwner());
		const next = linkOf(newHolder().owner);
		made(newHolder().owner, claimOn(seen));
		expect(renameLink(claimOn(seen), path, next)).toBe(false);
		expect(renameLink(claimOn(seen), path, next)).toBe(false);
	});

	it("passes on the file system's own errors", () => {
		const next = made(newHolder().owner);
		mkdirSync(join(folder, "folder"));
		expect(errorOf(() => renameLink(path, join(folder, "folder"), next))).toMatchObject({ code: "EISDIR" });
	});
});

describe("removeLink", () => {
	it("removes the link that it is told of, and no other", () => {
		const { owner } = newHolder();
		const link = made(owner);
		removeLink(path, linkOf(owner));
		expect(readLink(path)).toEqual(link);
		removeLink(path, link);
		removeLink(path, link);
		expect(readdirSync(folder)).toEqual([]);
	});
});

describe("removeLeftClaims", () => {
	it("removes what dead owners have left, but the claim on the link that is there", () => {
		const now = made(deadOwner());
		const gone = [linkOf(deadOwner()), linkOf(deadOwner())] as const;
		const kept = [claimOn(now), claimOn(gone[0]), `${path}.break-foreign`, join(folder, "other.db.lock.break-x")];
		made(deadOwner(), claimOn(now));
		made(newHolder().owner, claimOn(gone[0]));
		symlinkSync("host:4711", `${path}.break-foreign`);
		made(deadOwner(), join(folder, "other.db.lock.break-x"));
		const left = made(deadOwner(), claimOn(gone[1]));
		made(deadOwner(), claimOn(left, "2"));
		made(deadOwner(), `${path}.now-${linkOf(deadOwner()).id}`);
		kept.push(`${path}.now-living`);
		made(newHolder().owner, `${path}.now-living`);
		removeLeftClaims(path, livenessOf);
		expect(
			readdirSync(folder)
				.map((name) => join(folder, name))
				.sort(),
		).toEqual([path, ...kept].sort());
	});
});

/** While `work` runs, each symbolic link is asked for twice, as by a network that has lost the first answer. */
function twice(work: () => void): void {
	const { symlinkSync } = fs;
	const repeated = (...args: Parameters<typeof symlinkSync>): void => {
		try {
			symlinkSync(...args);
		} catch {}
		symlinkSync(...args);
	};
	Object.assign(fs, { symlinkSync: repeated });
	syncBuiltinESMExports();
	try {
		work();
	} finally {
		Object.assign(fs, { symlinkSync });
		syncBuiltinESMExports();
	}
}
