import { describe, expect, it } from "vitest";
import { describeFound } from "../../src/lock-file/describe-found.ts";
import type { Found } from "../../src/lock-file/link-file.ts";
import { newLink } from "../../src/lock-file/link-file.ts";
import { newHolder } from "../../src/owners/holder.ts";
import { describeOwner, type Owner } from "../../src/owners/owner.ts";
import { deadOwner, memberOf, uncheckedOwner } from "../fixtures/other-owners.ts";

const PATH = "app.db.lock";

describe("describeFound", () => {
	const living = newHolder().owner;
	const dead = deadOwner();
	const unchecked = uncheckedOwner();
	const states = new Map<Owner, "alive" | "dead" | "unknown">([
		[living, "alive"],
		[dead, "dead"],
		[unchecked, "unknown"],
	]);

	function described(...owners: readonly Owner[]): string {
		const members = owners.map((owner) => memberOf(owner));
		const found: Found = { state: "link", link: newLink("native", living, members, []) };
		return describeFound(PATH, found, (owner) => states.get(owner) ?? "unknown");
	}

	it("names those that live, and the dead ones where nobody else is left", () => {
		expect(described(dead, living)).toBe(`${PATH} is held by ${describeOwner(living)}`);
		expect(described(dead)).toBe(`${PATH} is held by ${describeOwner(dead)}`);
	});

	it("says what to do where one of them cannot be checked", () => {
		expect(described(living, unchecked, dead)).toBe(
			`${PATH} is held by ${describeOwner(living)}, ${describeOwner(unchecked)}, which cannot be checked from here; if it is gone, clear the lock with "godwit unlock"`,
		);
	});

	it("has a word for a lock that names nobody", () => {
		expect(described()).toBe(`${PATH} is held by nobody`);
	});

	it("tells the age of a lock of another program, which is never below zero", () => {
		const foreign = (madeAt: number): string =>
			describeFound(
				PATH,
				{ state: "foreign", folder: true, inode: 1n, mtimeNs: BigInt(madeAt) * 1_000_000n },
				() => "unknown",
			);
		expect(foreign(Date.now() - 7_200_000)).toMatch(
			/^app\.db\.lock was made 720\d s ago by a program that is not godwit/,
		);
		expect(foreign(Date.now() + 7_200_000)).toContain("was made 0 s ago");
	});
});
