import { Migrate, memorySource, withBackoff } from "@godwit/core";
import { postgres } from "@godwit/postgres";
import { expect, it } from "vitest";
import { otherClient } from "../../packages/postgres/test/fixtures/postgres-harness.ts";
import { serverFolder } from "./debian-server.ts";
import { startKillingProxy } from "./killing-proxy.ts";

const ROUNDS = Number(process.env.GODWIT_ROUNDS ?? 30);
const seed = Number(process.env.GODWIT_SEED ?? 1);
const MIGRATIONS = 8;
const HOURS = 3_600_000;

const source = memorySource(
	Object.fromEntries(
		Array.from({ length: MIGRATIONS }, (_, index) => [
			`${index + 1}_m.up.sql`,
			`INSERT INTO ran VALUES (${index + 1});`,
		]),
	),
);

/** The same numbers for the same seed. */
function randomNumbers(start: number): (below: number) => number {
	let state = start;
	return (below) => {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

it(
	`a primary that is killed at a COMMIT, and a standby in its place: ${ROUNDS} rounds, GODWIT_SEED=${seed}`,
	async () => {
		await using folder = serverFolder();
		const random = randomNumbers(seed);
		let primary = await folder.primary();
		let committed = 0;
		for (let round = 1; round <= ROUNDS; round++) {
			const standby = await folder.standby(primary);
			const killed = {
				version: 1 + random(MIGRATIONS),
				when: random(2) === 0 ? ("before" as const) : ("after" as const),
			};
			const about = `round ${round}: killed ${killed.when} the COMMIT of migration ${killed.version}`;
			{
				await using client = await otherClient(`postgres://godwit@127.0.0.1:${primary.port}/postgres`);
				// After the copy was made: the standby must not wait for one of its own when it is promoted.
				await client.query("ALTER SYSTEM SET synchronous_standby_names = 'b'");
				await client.query("SELECT pg_reload_conf()");
				const synchronous = async (): Promise<true | undefined> => {
					const { rows } = await client.query("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'");
					return rows.length > 0 ? true : undefined;
				};
				expect(await withBackoff(synchronous, { timeoutMs: HOURS }), about).toBe(true);
				await client.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE ran (version int)");
			}
			let promoted: Promise<void> | undefined;
			const old = primary;
			await using proxy = await startKillingProxy({
				port: primary.port,
				text: `(${killed.version}, false`,
				when: killed.when,
				kill() {
					old.kill();
					promoted = standby.promote();
				},
			});
			const url = `postgres://godwit@127.0.0.1:${proxy.port},127.0.0.1:${standby.port}/postgres?target_session_attrs=read-write&sslmode=disable`;
			await using migrate = new Migrate({ source, driver: await postgres.open(url) });
			// One run, in which nobody intervenes.
			const { applied, to } = await migrate.up();
			await promoted;
			expect(promoted, about).toBeDefined();
			expect([applied.length, to], about).toEqual([MIGRATIONS, BigInt(MIGRATIONS)]);
			await using client = await otherClient(`postgres://godwit@127.0.0.1:${standby.port}/postgres`);
			const { rows } = await client.query("SELECT version, xmin::text FROM ran ORDER BY version");
			expect(
				rows.map(({ version }) => version),
				about,
			).toEqual(Array.from({ length: MIGRATIONS }, (_, index) => index + 1));
			if (killed.when === "after") committed += 1;
			primary = standby;
		}
		console.log(`${ROUNDS} rounds, ${committed} of them killed when the server had the COMMIT: each migration once`);
	},
	HOURS,
);
