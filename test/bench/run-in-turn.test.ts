import { describe, expect, it } from "vitest";
import { runInTurn } from "./run-in-turn.ts";
import type { Contender } from "./sample.ts";

function recording(names: readonly string[]): { readonly contenders: readonly Contender[]; readonly ran: string[] } {
	const ran: string[] = [];
	const contenders = names.map((name): Contender => ({ name, run: async () => ({ milliseconds: ran.push(name) }) }));
	return { contenders, ran };
}

describe("runInTurn", () => {
	it("reverses the order in each round and leaves the first round out", async () => {
		const { contenders, ran } = recording(["a", "b", "c"]);

		const { series } = await runInTurn(contenders, 2, () => {});

		expect(ran.join("")).toBe("abccbaabc");
		expect(series).toEqual([
			{ name: "a", samples: [{ milliseconds: 6 }, { milliseconds: 7 }] },
			{ name: "b", samples: [{ milliseconds: 5 }, { milliseconds: 8 }] },
			{ name: "c", samples: [{ milliseconds: 4 }, { milliseconds: 9 }] },
		]);
	});

	it("tells the load at the start of each round, the one that is not counted included", async () => {
		const lines: string[] = [];

		const { loads } = await runInTurn(recording(["a"]).contenders, 3, (line) => lines.push(line));

		expect(loads).toHaveLength(4);
		for (const load of loads) expect(load).toBeGreaterThanOrEqual(0);
		expect(lines.filter((line) => line.includes(", load "))).toHaveLength(4);
	});

	it("runs a contender that runs once in the first counted round", async () => {
		const { contenders, ran } = recording(["a", "b"]);
		const [a, b] = contenders as [Contender, Contender];

		await runInTurn([a, { ...b, once: true }], 2, () => {});

		expect(ran.join("")).toBe("abaa");
	});
});
