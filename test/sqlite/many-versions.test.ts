import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Migrate } from "godwit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundledProgram } from "../bundled-program.ts";
import { backends } from "./backends.ts";

const COUNT = 10_000;
/** Of what a process may have, in kB: 200 MB of 10^6 bytes. */
const MAX_RSS = 200_000_000 / 1024;
const STATUS = fileURLToPath(new URL("./fixtures/status-of-many.ts", import.meta.url));
/** In bytes, of twenty instances. The lists of what is in their folders take four times as much. */
const MAX_KEPT = 4_000_000;
const CLOSED_INSTANCES = fileURLToPath(new URL("./fixtures/closed-instances.ts", import.meta.url));
const YOUNG_ALONE = ["--expose-gc", "--min-semi-space-size=512", "--max-semi-space-size=512"];

describe("ten thousand versions", () => {
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "godwit-many-"));
		await mkdir(join(folder, "m"));
		for (let version = 1; version <= COUNT; version++) {
			await writeFile(join(folder, `m/${version}_step.up.sql`), `INSERT INTO steps VALUES (${version});`);
			await writeFile(join(folder, `m/${version}_step.down.sql`), `DELETE FROM steps WHERE x = ${version};`);
		}
		await writeFile(join(folder, "m/1_step.up.sql"), "CREATE TABLE steps (x);");
	}, 120_000);
	afterAll(() => rm(folder, { recursive: true }));

	it.each(backends)(
		"are told by status in less than 200 MB, on $name",
		{ timeout: 300_000 },
		async ({ name: scheme }) => {
			const [source, database] = [`file://${folder}/m`, `${scheme}://${folder}/${scheme}.db`];
			{
				await using migrate = await Migrate.open(source, `${database}?x-synchronous=off`, { transaction: "all" });
				expect((await migrate.up()).applied).toHaveLength(COUNT);
			}
			const { stdout } = await promisify(execFile)(process.execPath, [await bundledProgram(STATUS), source, database]);
			const { counts, findings, maxRss } = JSON.parse(stdout);
			expect({ counts, findings }).toEqual({ counts: { applied: COUNT }, findings: [] });
			expect(maxRss).toBeLessThan(MAX_RSS);
		},
	);

	it.each(backends)("are let go of by an instance that is closed, on $name", async ({ name: scheme }) => {
		const [source, database] = [`file://${folder}/m`, `${scheme}://${folder}/${scheme}.db`];
		const program = await bundledProgram(CLOSED_INSTANCES);
		const { stdout } = await promisify(execFile)(process.execPath, [...YOUNG_ALONE, program, source, database]);
		expect(Number(stdout)).toBeLessThan(MAX_KEPT);
	});
});
