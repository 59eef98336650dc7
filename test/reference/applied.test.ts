import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import fc from "fast-check";
import { Migrate, type Policies } from "godwit";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { anyAppliedSequence } from "./applied-sequence.ts";
import { GODWIT, makeFolder, spawnIn } from "./command-line.ts";
import { goTool } from "./go-tool.ts";
import { playApplied, type Tally } from "./play-applied.ts";
import { buildReference, startReference } from "./reference.ts";
import { referencePool } from "./reference-pool.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const { GODWIT_APPLIED_SEQUENCES, GODWIT_SEQUENCES } = process.env;
const numRuns = Number(GODWIT_APPLIED_SEQUENCES ?? GODWIT_SEQUENCES ?? 1000);
const FULL_RUN_MS = 3_600_000;

let program: string;
let migrateCommand: string;
beforeAll(async () => {
	({ reference: program, migrate: migrateCommand } = await buildReference());
}, 900_000);

describe.for(["sqlite3", "ncruces-sqlite3"])(
	`what is applied, over %s, ${numRuns} sequences, GODWIT_SEED=${seed}`,
	(scheme) => {
		it("is told truly while golang-migrate works on the database too", { timeout: FULL_RUN_MS }, async () => {
			await using pool = referencePool(program);
			const count = () => ({ right: 0, wrong: 0 });
			const tally: Tally = { certain: count(), guess: count(), hearsay: count(), open: 0 };
			const property = fc.asyncProperty(anyAppliedSequence, async (sequence) => {
				await pool.tick();
				await playApplied(sequence, goTool(pool.get, scheme), scheme, tally);
			});
			await fc.assert(property, { seed, numRuns });
			console.log(`what status says: ${JSON.stringify(tally)}`);
			expect(tally.certain.wrong).toBe(0);
			for (const basis of ["certain", "guess", "hearsay"] as const) expect(tally[basis].right).toBeGreaterThan(0);
			expect(tally.open).toBeGreaterThan(0);
		});
	},
);

describe.for(["sqlite3", "ncruces-sqlite3"])("a migration that golang-migrate may have applied, over %s", (scheme) => {
	let folder: string;
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "godwit-applied-"));
	});
	afterEach(() => rm(folder, { recursive: true }));

	/** A checkout with a file for each of the versions. */
	async function checkout(name: string, ...versions: readonly number[]): Promise<string> {
		const path = join(folder, name);
		await mkdir(path, { recursive: true });
		for (const version of versions) {
			await writeFile(join(path, `${version}_t.up.sql`), `CREATE TABLE t${version} (x)`);
			await writeFile(join(path, `${version}_t.down.sql`), `DROP TABLE t${version}`);
		}
		return path;
	}

	const database = (): string => `${scheme}://${folder}/app.db`;

	async function withGodwit<T>(migrations: string, work: (migrate: Migrate) => Promise<T>, policies: Policies = {}) {
		await using migrate = await Migrate.open(`file://${migrations}`, database(), policies);
		return await work(migrate);
	}

	const statesIn = (migrations: string) =>
		withGodwit(migrations, async (migrate) =>
			(await migrate.status()).migrations.map(({ version, state, guess }) => `${version} ${state}${guess ? "?" : ""}`),
		);

	it("is not run twice when it was merged between its way down and its way up", async () => {
		const files = await checkout("files", 1, 3);
		await withGodwit(files, (migrate) => migrate.up());
		await using go = await startReference(program);
		await go.open(`file://${files}`, database());
		expect(await go.migrate(1n)).toMatchObject({ outcome: "ok", version: 1n });
		await go.close();
		await checkout("files", 2);
		await go.open(`file://${files}`, database());
		expect(await go.up()).toMatchObject({ outcome: "ok", version: 3n });
		await go.close();
		const report = await withGodwit(files, (migrate) => migrate.up(), { outOfOrder: "apply" });
		expect(report).toMatchObject({ from: 3n, to: 3n, applied: [] });
		expect(await statesIn(files)).toEqual(["1 applied?", "2 unknown", "3 applied?"]);
	});

	it("is not run twice when it came from another checkout", async () => {
		const ours = await checkout("ours", 1);
		await withGodwit(ours, (migrate) => migrate.up());
		const theirs = await checkout("theirs", 1, 2, 3);
		await using go = await startReference(program);
		await go.open(`file://${theirs}`, database());
		expect(await go.up()).toMatchObject({ outcome: "ok", version: 3n });
		await go.close();
		await checkout("ours", 3);
		await withGodwit(ours, (migrate) => migrate.up());
		const report = await withGodwit(theirs, (migrate) => migrate.up(), { outOfOrder: "apply" });
		expect(report).toMatchObject({ from: 3n, to: 3n, applied: [] });
		expect(await statesIn(theirs)).toEqual(["1 applied?", "2 unknown", "3 adopted?"]);
	});
});

describe("alias migrate=godwit", () => {
	it("adopts a database of golang-migrate's, and a later file below is an error that says what to do", async () => {
		const work = await makeFolder();
		const args = ["-path", "m", "-database", "sqlite3://app.db"];
		expect(await spawnIn(work, migrateCommand, [...args, "up"])).toMatchObject({ exit: 0 });
		const adopting = await spawnIn(work, GODWIT, [...args, "up"]);
		expect(adopting).toMatchObject({ exit: 0, stderr: "no change\n" });
		expect(eventsOf(join(work, "app.db"))).toEqual(["adopt 1", "adopt 2"]);

		await writeFile(join(work, "m/0_late.up.sql"), "CREATE TABLE late (x)");
		expect(await spawnIn(work, migrateCommand, [...args, "up"])).toMatchObject({ exit: 0, stderr: "no change\n" });
		const refused = await spawnIn(work, GODWIT, [...args, "up"]);
		expect(refused).toMatchObject({ exit: 1 });
		expect(refused.stderr).toMatch(/^error: .*0_late\.up\.sql is not applied and is below version 2/);
		expect(refused.stderr).toContain("-out-of-order apply");
		const applied = await spawnIn(work, GODWIT, [...args, "-out-of-order", "apply", "up"]);
		expect(applied).toMatchObject({ exit: 0, stderr: expect.stringMatching(/^0\/u late /) });
		expect(eventsOf(join(work, "app.db"))).toEqual(["adopt 1", "adopt 2", "up 0"]);
		await rm(work, { recursive: true });
	});
});

function eventsOf(path: string): readonly unknown[] {
	const database = new BetterSqlite3(path, { readonly: true });
	const events = database.prepare("SELECT op || ' ' || version FROM schema_migrations_history ORDER BY id").pluck();
	const all = events.all();
	database.close();
	return all;
}
