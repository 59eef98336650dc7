import { expect, it } from "vitest";
import { createLease } from "../../src/lock/lease.ts";

const HOUR_MS = 3_600_000;

function untilTheClockMoves(): void {
	const start = Date.now();
	while (Date.now() === start);
}

it("keeps its end until a third of it has passed, so that it is not written anew for each migration", () => {
	const lease = createLease(HOUR_MS);
	const end = lease.expiry();
	untilTheClockMoves();
	expect(lease.isDue()).toBe(false);
	expect(lease.expiry()).toBe(end);
});

it("is extended when it is due", () => {
	const lease = createLease(0);
	const end = lease.expiry();
	untilTheClockMoves();
	expect(lease.isDue()).toBe(true);
	expect(Date.parse(lease.expiry())).toBeGreaterThan(Date.parse(end));
});

it("is extended once an extension was rolled back", () => {
	const lease = createLease(HOUR_MS);
	const end = lease.expiry();
	untilTheClockMoves();
	lease.forget();
	expect(Date.parse(lease.expiry())).toBeGreaterThan(Date.parse(end));
});

it("is extended at once for a statement that asks for a new end", () => {
	const lease = createLease(HOUR_MS);
	const end = lease.expiry();
	untilTheClockMoves();
	expect(Date.parse(lease.nextExpiry())).toBeGreaterThan(Date.parse(end));
});
