import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { examples } from "./examples.ts";
import { goTool } from "./go-tool.ts";
import { godwitTool } from "./godwit-tool.ts";
import { play } from "./play.ts";
import { buildReference, type Reference, startReference } from "./reference.ts";
import { written } from "./tool.ts";

let reference: Reference;
beforeAll(async () => {
	reference = await startReference((await buildReference()).reference);
}, 900_000);
afterAll(() => reference[Symbol.asyncDispose]());

describe.for(["sqlite3", "ncruces-sqlite3"])("the differences over %s", (scheme) => {
	const cases = examples.flatMap((example) =>
		[true, false]
			.filter((atomic) => example.atomic === undefined || example.atomic === atomic)
			.map((atomic) => {
				const { files } = example.sequence.set;
				const operations = example.sequence.steps.map(({ operation }) => written(operation)).join(" ");
				return { ...example, atomic, title: `${JSON.stringify([...files.keys()])} ${operations}` };
			}),
	);

	it.for(cases)("$id shows in $title, x-atomic=$atomic", async ({ id, sequence, atomic }) => {
		const players = { go: goTool(async () => reference, scheme), godwit: godwitTool({ scheme, atomic }), atomic };
		expect([...(await play(sequence, players))]).toContain(id);
	});
});
