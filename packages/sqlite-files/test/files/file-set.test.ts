import {
	linkSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseHeldError } from "@godwit/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FileSet, fileSet } from "../../src/files/file-set.ts";
import { makeLink, newLink, readLink } from "../../src/lock-file/link-file.ts";
import { newHolder } from "../../src/owners/holder.ts";
import { errorOf, rejectionOf } from "../fixtures/error-of.ts";
import { deadOwner, LIBRARY, memberOf, uncheckedOwner } from "../fixtures/other-owners.ts";

describe("fileSet", () => {
	let folder: string;
	const at = (name: string): string => join(folder, name);

	beforeEach(() => {
		folder = realpathSync(mkdtempSync(join(tmpdir(), "godwit-set-")));
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	function setOf(name = "m.db"): FileSet {
		return fileSet({
			path: at(name),
			kind: "native",
			library: LIBRARY,
			holder: newHolder(),
			leaseMs: 60_000,
			lockTimeoutMs: 0,
		});
	}

	function locks(): readonly string[] {
		return readdirSync(folder)
			.filter((name) => name.endsWith(".lock"))
			.sort();
	}

	const yes = (): boolean => true;

	it("takes the locks of all its files, and gives them back, the main one's last", async () => {
		const set = setOf();
		for (const name of ["z.db", "a.db", "z.db"]) set.include(at(name));
		set.enter();
		expect(locks()).toEqual(["a.db.lock", "m.db.lock", "z.db.lock"]);
		expect(["a.db", "m.db", "z.db", "x.db"].map((name) => set.has(at(name)))).toEqual([true, true, true, false]);
		const left: string[] = [];
		await set.leave((path) => {
			left.push(path);
			return true;
		});
		expect(left).toHaveLength(3);
		expect(left.at(-1)).toBe(at("m.db"));
		expect(locks()).toEqual([]);
		set.enter();
		expect(locks()).toEqual(["m.db.lock"]);
		await set.leave(yes);
	});

	it("takes them in the order of their paths, and can leave what it has taken when one is held", async () => {
		const set = setOf();
		set.include(at("a.db"));
		set.include(at("z.db"));
		mkdirSync(at("z.db.lock"));
		expect(errorOf(() => set.enter())).toBeInstanceOf(DatabaseHeldError);
		expect(locks()).toEqual(["a.db.lock", "m.db.lock", "z.db.lock"]);
		await set.leave(yes);
		expect(locks()).toEqual(["z.db.lock"]);
		mkdirSync(at("a.db.lock"));
		expect(errorOf(() => set.enter())).toMatchObject({ message: expect.stringContaining(at("a.db.lock")) });
		expect(locks()).toEqual(["a.db.lock", "z.db.lock"]);
		expect(set.main.entered).toBe(false);
		for (const name of ["a.db.lock", "z.db.lock"]) rmSync(at(name), { recursive: true });
		set.enter();
		expect(locks()).toEqual(["a.db.lock", "m.db.lock", "z.db.lock"]);
		await set.leave(yes);
		set.enter();
		expect(locks()).toEqual(["m.db.lock"]);
	});

	it("notes an attached file with the main one, relative to its folder, before it takes that one's lock", () => {
		const set = setOf();
		set.enter();
		mkdirSync(at("data"));
		expect(set.attach(at("data/other.db"))).toBe(at("data/other.db"));
		expect(readLink(at("m.db.lock"))?.files).toEqual(["data/other.db"]);
		expect(readLink(at("data/other.db.lock"))).toMatchObject({ kind: "native", files: [] });
		expect(set.has(at("data/other.db"))).toBe(true);
		mkdirSync(at("held.db.lock"));
		const held = errorOf(() => set.attach(at("held.db")));
		expect(held).toBeInstanceOf(DatabaseHeldError);
		expect(held).toMatchObject({ holder: "other", attached: at("held.db") });
		expect(readLink(at("m.db.lock"))?.files).toEqual(["data/other.db", "held.db"]);
		expect(set.has(at("held.db"))).toBe(false);
	});

	it("takes a file by its real path, once", () => {
		const set = setOf();
		set.enter();
		symlinkSync("other.db", at("link.db"));
		expect(set.attach(at("link.db"))).toBe(at("other.db"));
		const id = readLink(at("other.db.lock"))?.id;
		expect(set.attach(at("other.db"))).toBe(at("other.db"));
		expect(set.attach(at("m.db"))).toBe(at("m.db"));
		expect(readLink(at("other.db.lock"))?.id).toBe(id);
		expect(locks()).toEqual(["m.db.lock", "other.db.lock"]);
	});

	it("names an attached file also when the main lock is just changing hands", () => {
		const set = setOf();
		set.enter();
		makeLink(`${at("m.db.lock")}.break-${readLink(at("m.db.lock"))?.id}`, newLink("native", newHolder().owner, [], []));
		const held = errorOf(() => set.attach(at("other.db")));
		expect(held).toBeInstanceOf(DatabaseHeldError);
		expect(held).toMatchObject({ holder: "godwit", attached: at("other.db") });
		expect(readdirSync(folder)).not.toContain("other.db.lock");
	});

	it("passes on that the main lock was lost", () => {
		const set = setOf();
		set.enter();
		rmSync(at("m.db.lock"));
		expect(errorOf(() => set.attach(at("other.db")))).toMatchObject({ code: "ERR_LOCK_LOST" });
	});

	it("knows the files that those who died have noted, by path", () => {
		const owner = deadOwner();
		mkdirSync(at("data"));
		makeLink(at("data/m.db.lock"), newLink("wasm", owner, [memberOf(owner)], ["../other.db", "own.db"]));
		const set = setOf("data/m.db");
		set.enter();
		expect(set.abandoned).toEqual([at("other.db"), at("data/own.db")]);
	});

	it("refuses a file with two names, naming the trouble and the cure", async () => {
		writeFileSync(at("m.db"), "");
		writeFileSync(at("other.db"), "");
		const set = setOf();
		set.enter();
		linkSync(at("other.db"), at("second.db"));
		const refusal = errorOf(() => set.attach(at("other.db")));
		expect(refusal).toMatchObject({ code: "ERR_DATABASE" });
		expect(refusal).toHaveProperty(
			"message",
			expect.stringMatching(/other\.db has 2 names \(hard links\).*copy the file/),
		);
		expect(locks()).toEqual(["m.db.lock"]);
		const other = setOf("second.db");
		expect(errorOf(() => other.enter())).toMatchObject({ code: "ERR_DATABASE" });
		expect(locks()).toEqual(["m.db.lock"]);
	});

	it("keeps the lock of an attached file whose journal stays, with the main one that notes it, and gives both back later", async () => {
		const set = setOf();
		set.enter();
		set.attach(at("other.db"));
		await set.leave((path) => path !== at("other.db"));
		expect(locks()).toEqual(["m.db.lock", "other.db.lock"]);
		expect(readLink(at("m.db.lock"))?.files).toEqual(["other.db"]);
		expect(set.has(at("other.db"))).toBe(true);
		await set.leave(yes);
		expect(locks()).toEqual([]);
	});

	it("tells who is in the way when a lock is being changed for too long, and keeps it", async () => {
		const set = setOf();
		set.enter();
		const claim = `${at("m.db.lock")}.break-${readLink(at("m.db.lock"))?.id}`;
		makeLink(claim, newLink("native", uncheckedOwner(), [], []));
		expect(await rejectionOf(set.leave(yes))).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: `${at("m.db.lock")} is being changed by process 4711 on host elsewhere; waited 0 ms. Try again, or raise the lock timeout`,
			details: { owner: "process 4711 on host elsewhere" },
		});
		expect(set.main.entered).toBe(true);
		rmSync(claim);
		await set.leave(yes);
		expect(locks()).toEqual([]);
	});
});
