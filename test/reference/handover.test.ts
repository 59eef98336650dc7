import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { goTool } from "./go-tool.ts";
import { godwitTool } from "./godwit-tool.ts";
import { play } from "./play.ts";
import { buildReference } from "./reference.ts";
import { type ReferencePool, referencePool } from "./reference-pool.ts";
import { anySequence } from "./sequence.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const numRuns = Number(process.env.GODWIT_SEQUENCES ?? 100);
const FULL_RUN_MS = 3_600_000;
const FIXTURE = join(import.meta.dirname, "../fixtures/golang-migrate");

let program: string;
beforeAll(async () => {
	program = (await buildReference()).reference;
}, 900_000);

describe.for(["sqlite3", "ncruces-sqlite3"])(
	`taking turns over %s, ${numRuns} sequences, GODWIT_SEED=${seed}`,
	(scheme) => {
		it.for([true, false])(
			"leaves what golang-migrate alone would leave, x-atomic=%s",
			{ timeout: FULL_RUN_MS, concurrent: true },
			async (atomic) => {
				await using alone = referencePool(program);
				await using sharing = referencePool(program);
				const godwit = godwitTool({ scheme, atomic });
				const players = { go: goTool(alone.get, scheme), godwit, atomic, partner: goTool(sharing.get, scheme) };
				const property = fc.asyncProperty(anySequence, async (sequence) => {
					await Promise.all([alone.tick(), sharing.tick()]);
					await play(sequence, players);
				});
				await fc.assert(property, { seed, numRuns });
			},
		);

		it("goes to and fro in a database that golang-migrate's command made", async () => {
			const folder = await mkdtemp(join(tmpdir(), "godwit-handover-"));
			const place = { migrations: join(FIXTURE, "migrations"), database: join(folder, "app.db") };
			await copyFile(join(FIXTURE, "v2.db"), place.database);
			await using pool: ReferencePool = referencePool(program);
			const tools = [godwitTool({ scheme, atomic: true }), goTool(pool.get, scheme)];
			const turns = [
				{ kind: "down" },
				{ kind: "steps", count: 1 },
				{ kind: "up" },
				{ kind: "migrate", version: 1n },
				{ kind: "force", version: 2n },
				{ kind: "force", version: 1n },
				{ kind: "up" },
			] as const;
			const versions: bigint[] = [];
			let made: unknown;
			for (const [index, request] of turns.entries()) {
				const tool = tools[index % 2] ?? expect.fail();
				const opened = await tool.open(place);
				made ??= opened.schema;
				const { outcome, version } = await tool.perform(request);
				expect(outcome).toBe("ok");
				versions.push(version);
				if (index === turns.length - 1) expect((await tool.perform({ kind: "version" })).schema).toEqual(made);
				await tool.close();
			}
			expect(versions).toEqual([-1n, 1n, 2n, 1n, 2n, 1n, 2n]);
			await rm(folder, { recursive: true });
		});
	},
);
