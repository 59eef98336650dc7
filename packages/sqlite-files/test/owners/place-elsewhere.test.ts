import { syncBuiltinESMExports } from "node:module";
import os, { hostname } from "node:os";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Place } from "../../src/owners/place.ts";

/** The place of this thread as a system without /proc would tell it, with network cards of these addresses. */
async function placeWith(...addresses: readonly string[]): Promise<Place> {
	const cards = Object.fromEntries(addresses.map((mac, at) => [`card${at}`, [{ mac }]]));
	Object.assign(os, { networkInterfaces: () => cards });
	syncBuiltinESMExports();
	vi.resetModules();
	const { currentPlace } = await import("../../src/owners/place.ts");
	return currentPlace();
}

describe("currentPlace outside Linux", () => {
	const platform = Object.getOwnPropertyDescriptor(process, "platform") ?? {};
	const { networkInterfaces } = os;

	beforeEach(() => {
		Object.defineProperty(process, "platform", { ...platform, value: "darwin" });
	});

	afterEach(() => {
		Object.defineProperty(process, "platform", platform);
		Object.assign(os, { networkInterfaces });
		syncBuiltinESMExports();
	});

	it("tells machines of the same name apart by their network addresses, in whatever order they come", async () => {
		const [one, other] = ["02:00:00:00:00:01", "02:00:00:00:00:02"];
		const place = await placeWith(one, other);
		expect(place).toMatchObject({ host: hostname(), boot: undefined, pid: process.pid });
		expect(place.start).toBe(Math.floor(performance.timeOrigin));
		expect(place.space).toMatch(/^[0-9a-z]{10}$/);
		expect(await placeWith(other, one)).toEqual(place);
		expect((await placeWith(one)).space).not.toBe(place.space);
	});

	it("knows no space where only the loopback has an address", async () => {
		expect((await placeWith("00:00:00:00:00:00")).space).toBeUndefined();
		expect((await placeWith()).space).toBeUndefined();
	});
});
