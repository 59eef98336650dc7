import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Goal, plan, stepsLeft, type VersionStatus } from "../../src/engine/plan.ts";
import type { MigrationStep } from "../../src/migration.ts";
import { MAX_VERSION, NIL_VERSION, type Version } from "../../src/version.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);

/** The versions of golang-migrate's fixture; which directions they have is not the plan's concern. */
const VERSIONS = [1n, 3n, 4n, 5n, 7n];
const GAPS = [0n, 2n, 6n, 8n];

/** Of a database that keeps one number: every version at or below it is applied. */
function statusAt(versions: readonly Version[], current: Version): readonly VersionStatus[] {
	return versions.map((version) => ({ version, state: version <= current ? "applied" : "pending" }));
}

/** `+3` goes up to 3, `-7>5` down from 7 to 5. */
function written(steps: readonly MigrationStep[]): string {
	return steps
		.map(({ version, direction, target }) => {
			if (direction === "down") return `-${version}>${target}`;
			expect(target).toBe(version);
			return `+${version}`;
		})
		.join(" ");
}

describe("plan", () => {
	// Go: TestRead
	it.each<[bigint, bigint, string]>([
		[-1n, 1n, "+1"],
		[-1n, 3n, "+1 +3"],
		[-1n, 4n, "+1 +3 +4"],
		[-1n, 5n, "+1 +3 +4 +5"],
		[-1n, 7n, "+1 +3 +4 +5 +7"],
		[1n, 1n, ""],
		[1n, 3n, "+3"],
		[1n, 4n, "+3 +4"],
		[1n, 5n, "+3 +4 +5"],
		[1n, 7n, "+3 +4 +5 +7"],
		[3n, 1n, "-3>1"],
		[3n, 3n, ""],
		[3n, 4n, "+4"],
		[3n, 5n, "+4 +5"],
		[3n, 7n, "+4 +5 +7"],
		[4n, 1n, "-4>3 -3>1"],
		[4n, 3n, "-4>3"],
		[4n, 4n, ""],
		[4n, 5n, "+5"],
		[4n, 7n, "+5 +7"],
		[5n, 1n, "-5>4 -4>3 -3>1"],
		[5n, 3n, "-5>4 -4>3"],
		[5n, 4n, "-5>4"],
		[5n, 5n, ""],
		[5n, 7n, "+7"],
		[7n, 1n, "-7>5 -5>4 -4>3 -3>1"],
		[7n, 3n, "-7>5 -5>4 -4>3"],
		[7n, 4n, "-7>5 -5>4"],
		[7n, 5n, "-7>5"],
		[7n, 7n, ""],
	])("goes from %s to version %s by %j", (current, version, steps) => {
		const made = plan(statusAt(VERSIONS, current), { kind: "version", version });
		expect({ ...made, steps: written(made.steps) }).toEqual({ steps, missingSteps: 0 });
	});

	// Go: TestReadUp
	it.each<[bigint, number | undefined, string, number]>([
		[-1n, undefined, "+1 +3 +4 +5 +7", 0],
		[-1n, 0, "", 0],
		[-1n, 1, "+1", 0],
		[-1n, 2, "+1 +3", 0],
		[1n, undefined, "+3 +4 +5 +7", 0],
		[1n, 0, "", 0],
		[1n, 1, "+3", 0],
		[1n, 2, "+3 +4", 0],
		[3n, undefined, "+4 +5 +7", 0],
		[3n, 1, "+4", 0],
		[3n, 2, "+4 +5", 0],
		[4n, undefined, "+5 +7", 0],
		[4n, 1, "+5", 0],
		[4n, 2, "+5 +7", 0],
		[5n, undefined, "+7", 0],
		[5n, 0, "", 0],
		[5n, 1, "+7", 0],
		[5n, 2, "+7", 1],
		[7n, undefined, "", 0],
		[7n, 0, "", 0],
		[7n, 1, "", 1],
		[7n, 2, "", 2],
	])("goes up from %s by %s steps: %j, %d short", (current, limit, steps, short) => {
		const made = plan(statusAt(VERSIONS, current), { kind: "up", ...(limit !== undefined && { limit }) });
		expect({ ...made, steps: written(made.steps) }).toEqual({ steps, missingSteps: short });
	});

	// Go: TestReadDown
	it.each<[bigint, number | undefined, string, number]>([
		[-1n, undefined, "", 0],
		[-1n, 0, "", 0],
		[-1n, 1, "", 1],
		[-1n, 2, "", 2],
		[1n, undefined, "-1>-1", 0],
		[1n, 0, "", 0],
		[1n, 1, "-1>-1", 0],
		[1n, 2, "-1>-1", 1],
		[3n, undefined, "-3>1 -1>-1", 0],
		[3n, 0, "", 0],
		[3n, 1, "-3>1", 0],
		[3n, 2, "-3>1 -1>-1", 0],
		[4n, undefined, "-4>3 -3>1 -1>-1", 0],
		[4n, 1, "-4>3", 0],
		[4n, 2, "-4>3 -3>1", 0],
		[5n, undefined, "-5>4 -4>3 -3>1 -1>-1", 0],
		[5n, 1, "-5>4", 0],
		[5n, 2, "-5>4 -4>3", 0],
		[7n, undefined, "-7>5 -5>4 -4>3 -3>1 -1>-1", 0],
		[7n, 1, "-7>5", 0],
		[7n, 2, "-7>5 -5>4", 0],
		[7n, 9, "-7>5 -5>4 -4>3 -3>1 -1>-1", 4],
	])("goes down from %s by %s steps: %j, %d short", (current, limit, steps, short) => {
		const made = plan(statusAt(VERSIONS, current), { kind: "down", ...(limit !== undefined && { limit }) });
		expect({ ...made, steps: written(made.steps) }).toEqual({ steps, missingSteps: short });
	});

	it.each([NIL_VERSION, ...GAPS])("refuses to go to version %s, which the source does not have", (version) => {
		for (const current of [NIL_VERSION, 3n]) {
			expect(() => plan(statusAt(VERSIONS, current), { kind: "version", version })).toThrow(
				expect.objectContaining({
					code: "ERR_VERSION_NOT_FOUND",
					message: expect.stringContaining(`cannot go to version ${version}: `),
					details: { version },
				}),
			);
		}
	});

	it("finds no steps in an empty source, and no version", () => {
		expect(plan(statusAt([], NIL_VERSION), { kind: "up" })).toEqual({ steps: [], missingSteps: 0 });
		expect(plan(statusAt([], NIL_VERSION), { kind: "up", limit: 2 })).toEqual({ steps: [], missingSteps: 2 });
		expect(plan(statusAt([], NIL_VERSION), { kind: "down" })).toEqual({ steps: [], missingSteps: 0 });
	});
});

describe("every plan", () => {
	const versions = fc
		.uniqueArray(fc.bigInt({ min: 0n, max: MAX_VERSION }), { minLength: 1, maxLength: 12 })
		.map((all) => all.sort((a, b) => (a < b ? -1 : 1)));
	/** A source, where its database is, and one more of its versions. */
	const situation = versions.chain((all) =>
		fc.record({
			all: fc.constant(all),
			current: fc.constantFrom(NIL_VERSION, ...all),
			version: fc.constantFrom(...all),
		}),
	);
	const limit = fc.nat(15);
	const direction = fc.constantFrom("up", "down");

	function end(start: Version, steps: readonly MigrationStep[]): Version {
		return steps.at(-1)?.target ?? start;
	}

	it("is a chain of neighbours: each step starts where the one before it ended", () => {
		const kind = fc.constantFrom("up", "down", "version");
		const property = fc.property(situation, kind, limit, ({ all, current, version }, kind, limit) => {
			const goal: Goal = kind === "version" ? { kind, version } : { kind, limit };
			let at = current;
			for (const step of plan(statusAt(all, current), goal).steps) {
				const upper = all.indexOf(step.direction === "up" ? step.target : at);
				const [above, below] = [all[upper], all[upper - 1] ?? NIL_VERSION];
				const [from, to] = step.direction === "up" ? [below, above] : [above, below];
				expect([at, step.target, step.version]).toEqual([from, to, above]);
				at = step.target;
			}
		});
		fc.assert(property, { seed, numRuns: 500 });
	});

	it("ends at the version asked for, the highest or none at all", () => {
		const property = fc.property(situation, ({ all, current, version }) => {
			expect(end(current, plan(statusAt(all, current), { kind: "version", version }).steps)).toBe(version);
			expect(end(current, plan(statusAt(all, current), { kind: "up" }).steps)).toBe(all.at(-1));
			expect(end(current, plan(statusAt(all, current), { kind: "down" }).steps)).toBe(NIL_VERSION);
		});
		fc.assert(property, { seed });
	});

	it("is undone by its mirror image: as many steps the other way touch the same versions in reverse", () => {
		const property = fc.property(situation, direction, limit, ({ all, current }, kind, limit) => {
			const there = plan(statusAt(all, current), { kind, limit }).steps;
			const back = plan(statusAt(all, end(current, there)), {
				kind: kind === "up" ? "down" : "up",
				limit: there.length,
			});
			expect(end(end(current, there), back.steps)).toBe(current);
			expect(back.missingSteps).toBe(0);
			expect(back.steps.map(({ version }) => version)).toEqual(there.map(({ version }) => version).reverse());
		});
		fc.assert(property, { seed });
	});

	it("can be cut in two: a steps and then b steps are a + b steps", () => {
		const property = fc.property(situation, direction, limit, limit, ({ all, current }, kind, a, b) => {
			const first = plan(statusAt(all, current), { kind, limit: a });
			const second = plan(statusAt(all, end(current, first.steps)), { kind, limit: b });
			const whole = plan(statusAt(all, current), { kind, limit: a + b });
			expect([...first.steps, ...second.steps]).toEqual(whole.steps);
			expect(first.missingSteps + second.missingSteps).toBe(whole.missingSteps);
		});
		fc.assert(property, { seed });
	});

	it("makes the steps that it can and counts those that do not exist", () => {
		const property = fc.property(situation, direction, limit, ({ all, current }, kind, limit) => {
			const { steps, missingSteps } = plan(statusAt(all, current), { kind, limit });
			expect(steps).toEqual(plan(statusAt(all, current), { kind }).steps.slice(0, limit));
			expect(steps.length + missingSteps).toBe(limit);
		});
		fc.assert(property, { seed });
	});
});

describe("a plan where not everything below the highest is applied", () => {
	const STATES = new Map([
		["+", "applied"],
		["-", "pending"],
	] as const as readonly (readonly [string, "applied" | "pending"])[]);
	const status = (text: string): readonly VersionStatus[] =>
		text
			.split(" ")
			.map((word) => ({ version: BigInt(word.slice(1)), state: STATES.get(word.charAt(0)) ?? "neither" }) as const);

	it.each<[string, Goal, string, number]>([
		["+1 -2 +3 -4", { kind: "up" }, "up 2 to 3, up 4 to 4", 0],
		["+1 -2 +3 -4", { kind: "up", limit: 1 }, "up 2 to 3", 0],
		["+1 -2 +3 -4", { kind: "up", limit: 4 }, "up 2 to 3, up 4 to 4", 2],
		["+1 -2 +3 -4", { kind: "down" }, "down 3 to 1, down 1 to -1", 0],
		["+1 -2 +3 -4", { kind: "down", limit: 1 }, "down 3 to 1", 0],
		["+1 -2 +3 -4", { kind: "version", version: 4n }, "up 2 to 3, up 4 to 4", 0],
		["+1 -2 +3 -4", { kind: "version", version: 2n }, "down 3 to 1, up 2 to 2", 0],
		["+1 -2 +3 -4", { kind: "version", version: 1n }, "down 3 to 1", 0],
		["-1 +2", { kind: "down" }, "down 2 to -1", 0],
		["+1 ?2 +3 -4", { kind: "up" }, "up 4 to 4", 0],
		["+1 ?2 +3 -4", { kind: "down", limit: 2 }, "down 3 to 1, down 1 to -1", 0],
		["+1 ?2 +3 -4", { kind: "version", version: 1n }, "down 3 to 1", 0],
	])("of %s for %o is: %s", (text, goal, expected, short) => {
		const made = plan(status(text), goal);
		const steps = made.steps.map(({ version, direction, target }) => `${direction} ${version} to ${target}`);
		expect([steps.join(", "), made.missingSteps]).toEqual([expected, short]);
	});

	it("does not go to a version that does not run", () => {
		expect(() => plan(status("+1 ?2 +3"), { kind: "version", version: 2n })).toThrow(
			/^cannot go to version 2: its migration is skipped/,
		);
	});
});

describe("the steps left", () => {
	const down = (version: Version): MigrationStep => ({ version, direction: "down", target: NIL_VERSION });
	const up = (version: Version): MigrationStep => ({ version, direction: "up", target: version });

	it.each<[string, readonly MigrationStep[], Version, string]>([
		["nothing was done", [down(3n), down(1n), up(1n), up(3n)], 3n, "-3>1 -1>-1 +1 +3"],
		["a part was reverted", [down(1n), up(1n), up(3n)], 1n, "-1>-1 +1 +3"],
		["all was reverted", [up(1n), up(3n)], -1n, "+1 +3"],
		["another process has reverted one", [down(3n), down(1n), up(1n)], 1n, "-1>-1 +1"],
		["another process has applied one", [up(1n), up(3n), up(4n)], 3n, "+4"],
		["another process has done all", [up(1n), up(3n)], 4n, ""],
	])("are each of those planned that is still to be made: %s", (_, steps, current, expected) => {
		expect(written(stepsLeft(statusAt(VERSIONS, current), steps))).toBe(expected);
	});

	it("do not revert beneath what was applied meanwhile", () => {
		expect(() => stepsLeft(statusAt(VERSIONS, 4n), [down(3n)])).toThrow(
			expect.objectContaining({
				code: "ERR_VERSION_MOVED",
				details: { expected: { version: 3n, dirty: false }, found: { version: 4n, dirty: false } },
			}),
		);
	});

	it("do not apply what is to be left alone", () => {
		const skipped = [{ version: 1n, state: "neither" }, ...statusAt([3n], -1n)] as const;
		expect(written(stepsLeft(skipped, [up(1n), up(3n)]))).toBe("+3");
	});
});
