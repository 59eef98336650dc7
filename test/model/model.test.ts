import { describe, expect, test } from "vitest";
import { ATTACH_WORLDS, exploreAttached } from "./attach.ts";
import { BUILT } from "./configurations/built.ts";
import { MUTANTS, SHORTER_READERS } from "./configurations/mutants.ts";
import { UNSAFE } from "./configurations/unsafe.ts";
import { explore } from "./explore.ts";
import { exploreNativeOrders, exploreWasmOrders } from "./reader-orders.ts";

describe("the protocol that is built", () => {
	for (const configuration of [...BUILT, ...SHORTER_READERS].filter(({ large }) => !large)) {
		test(`${configuration.name} holds to the end`, () => {
			const { complete, violation, trace } = explore(configuration);
			expect({ complete, violation, trace }).toEqual({ complete: true, violation: undefined, trace: [] });
		});
	}
});

describe("the protocol with one protection left out", () => {
	for (const configuration of MUTANTS) {
		test(`${configuration.name} is found`, () => {
			expect(explore(configuration).violation).toBeTypeOf("string");
		});
	}
});

describe("the worlds that are not safe", () => {
	for (const configuration of UNSAFE) {
		test(`${configuration.name} is found`, () => {
			expect(explore(configuration).violation).toBeTypeOf("string");
		});
	}
});

describe("the order of a reader's steps", () => {
	test.each([
		["wasm", exploreWasmOrders, 60],
		["native", exploreNativeOrders, 30],
	] as const)(
		"a %s reader holds exactly when it looks for a journal and reads between its two stats",
		(_, exploreOrders, count) => {
			const orders = exploreOrders();
			expect(orders).toHaveLength(count);
			expect(orders.filter(({ holds, isInsideStats }) => holds !== isInsideStats)).toEqual([]);
		},
	);
});

describe("attached files", () => {
	for (const world of ATTACH_WORLDS) {
		test(`${world.name}: starting over, sorted, has a way out and nobody fails`, () => {
			expect(exploreAttached("start over, sorted", world)).toMatchObject({ hasWayOut: true, someFail: false });
		});
		test(`${world.name}: waiting deadlocks`, () => {
			expect(exploreAttached("wait", world).hasWayOut).toBe(false);
		});
	}
});
