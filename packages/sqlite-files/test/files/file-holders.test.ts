import { mkdirSync, mkdtempSync, rmSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileHolders } from "../../src/files/file-holders.ts";
import { makeLink, newLink } from "../../src/lock-file/link-file.ts";
import { type LockFile, lockFile } from "../../src/lock-file/lock-file.ts";
import { type Holder, newHolder } from "../../src/owners/holder.ts";
import { formatOwner } from "../../src/owners/owner.ts";
import { deadOwner, LIBRARY, memberOf, uncheckedOwner } from "../fixtures/other-owners.ts";

describe("fileHolders", () => {
	let folder: string;
	let holder: Holder;
	let lock: LockFile;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-holders-"));
		holder = newHolder();
		lock = lockFile({
			databasePath: join(folder, "app.db"),
			kind: "native",
			library: LIBRARY,
			holder,
			leaseMs: 60_000,
		});
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	it("names this holder, who lives as long as it is a member of the link", () => {
		const holders = fileHolders(holder, lock);
		expect(holders.me).toBe(formatOwner(holder.owner));
		expect(holders.describe(holders.me)).toBe(`process ${process.pid} on host ${holder.owner.host}`);
		expect(holders.liveness(holders.me)).toBe("dead");
		lock.enter();
		expect(holders.liveness(holders.me)).toBe("alive");
		unlinkSync(lock.path);
		expect(holders.liveness(holders.me)).toBe("dead");
	});

	it("takes a living holder for dead that is no member of the link, since it has ended without freeing its row", () => {
		const holders = fileHolders(holder, lock);
		const other = newHolder();
		lock.enter();
		expect(holders.liveness(formatOwner(other.owner))).toBe("dead");
		lockFile({
			databasePath: join(folder, "app.db"),
			kind: "native",
			library: LIBRARY,
			holder: other,
			leaseMs: 60_000,
		}).enter(true);
		expect(holders.liveness(formatOwner(other.owner))).toBe("alive");
		other.end();
		expect(holders.liveness(formatOwner(other.owner))).toBe("dead");
	});

	it("does not need a member to be seen dead, and does not take one for dead that cannot be checked", () => {
		const holders = fileHolders(holder, lock);
		const [dead, unchecked] = [deadOwner(), uncheckedOwner()];
		makeLink(lock.path, newLink("native", dead, [memberOf(dead)], []));
		expect(holders.liveness(formatOwner(dead))).toBe("dead");
		expect(holders.liveness(formatOwner(unchecked))).toBe("unknown");
	});

	it("takes a living holder for alive behind a folder, which says nothing of members", () => {
		mkdirSync(lock.path);
		expect(fileHolders(holder, lock).liveness(formatOwner(holder.owner))).toBe("alive");
	});

	it("takes a living holder for alive that could make no link, and so is no member of one", () => {
		const withoutLink = fileHolders(holder, { ...lock, withoutLink: true });
		expect(withoutLink.me).toBe(`${formatOwner(holder.owner)}~unlinked`);
		const holders = fileHolders(newHolder(), lock);
		expect(holders.liveness(withoutLink.me)).toBe("alive");
		expect(holders.describe(withoutLink.me)).toBe(`process ${process.pid} on host ${holder.owner.host}`);
		holder.end();
		expect(holders.liveness(withoutLink.me)).toBe("dead");
	});

	it("cannot check what it did not write, and names it without its control characters", () => {
		const holders = fileHolders(holder, lock);
		for (const text of ["", "somebody else", '{"host":"x","pid":1}', `${formatOwner(holder.owner)}~1`]) {
			expect(holders.liveness(text)).toBe("unknown");
			expect(holders.describe(text)).toBe(text);
		}
		expect(holders.describe("a\u001b[2J\nb")).toBe("a\\u001b[2J\\nb");
	});
});
