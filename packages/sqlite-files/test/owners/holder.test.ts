import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { isLivingHere, newHolder, newLinkId } from "../../src/owners/holder.ts";
import { deadOwner } from "../fixtures/other-owners.ts";

describe("newHolder", () => {
	it("names this thread, with a number of its own for each holder", () => {
		const [one, two] = [newHolder(), newHolder()];
		expect(one.owner).toMatchObject({ host: hostname(), pid: process.pid });
		expect(two.owner).toEqual({ ...one.owner, holder: two.owner.holder });
		expect(two.owner.holder).not.toBe(one.owner.holder);
	});

	it("lives until it ends, and its number is never given out again", () => {
		const holder = newHolder();
		expect(isLivingHere(holder.owner.holder)).toBe(true);
		holder.end();
		expect(isLivingHere(holder.owner.holder)).toBe(false);
		expect(newHolder().owner.holder).toBeGreaterThan(holder.owner.holder);
	});

	it("is known to another copy of this package in the thread", async () => {
		const copy = "../../src/owners/holder.ts?copy";
		const other = (await import(copy)) as typeof import("../../src/owners/holder.ts");
		expect(other.newHolder).not.toBe(newHolder);
		const holder = newHolder();
		expect(other.isLivingHere(holder.owner.holder)).toBe(true);
		expect(other.newHolder().owner.holder).toBeGreaterThan(holder.owner.holder);
		expect(other.newLinkId(holder.owner)).not.toBe(newLinkId(holder.owner));
	});
});

describe("newLinkId", () => {
	it("is another one each time, and fits into a file's name", () => {
		const { owner } = newHolder();
		const ids = Array.from({ length: 1_000 }, () => newLinkId(owner));
		expect(new Set(ids).size).toBe(1_000);
		for (const id of ids) expect(id).toMatch(/^[0-9a-z-]{1,45}$/);
	});

	it("says which thread made it, so that those of two threads differ", () => {
		const { owner } = newHolder();
		const withoutCount = (id: string): string => id.slice(0, id.lastIndexOf("-"));
		const mine = withoutCount(newLinkId(owner));
		expect(withoutCount(newLinkId(owner))).toBe(mine);
		expect(withoutCount(newLinkId({ ...owner, thread: owner.thread + 1 }))).not.toBe(mine);
		expect(withoutCount(newLinkId(deadOwner()))).not.toBe(mine);
	});

	it("can be made where nothing is known of the place", () => {
		expect(newLinkId({ ...newHolder().owner, boot: undefined, space: undefined, start: undefined })).toMatch(
			/^[0-9a-z]{10}-/,
		);
	});
});
