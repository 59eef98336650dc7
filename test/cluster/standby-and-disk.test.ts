import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Migrate, memorySource } from "@godwit/core";
import { postgres } from "@godwit/postgres";
import { expect, it } from "vitest";
import { otherClient } from "../../packages/postgres/test/fixtures/postgres-harness.ts";
import { serverFolder } from "./debian-server.ts";

const HOURS = 3_600_000;

it(
	"a standby takes no migrations, and says where to go",
	async () => {
		await using folder = serverFolder();
		const primary = await folder.primary();
		const standby = await folder.standby(primary);
		const source = memorySource({ "1_a.up.sql": "CREATE TABLE a ();" });
		const up = async (url: string): Promise<unknown> => {
			await using migrate = new Migrate({ source, driver: await postgres.open(url) });
			return await migrate.up().catch((error: unknown) => error);
		};
		expect(await up(`postgres://godwit@127.0.0.1:${standby.port}/postgres`)).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining("this server takes no writes, as a standby does; name the primary"),
		});
		const both = `127.0.0.1:${standby.port},127.0.0.1:${primary.port}`;
		expect(await up(`postgres://godwit@${both}/postgres?target_session_attrs=primary`)).toMatchObject({ to: 1n });
	},
	HOURS,
);

it(
	"a disk that is full is told, with nothing changed",
	async () => {
		await using folder = serverFolder();
		const server = await folder.primary();
		const small = join(folder.path, "small");
		mkdirSync(small);
		execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", small]);
		try {
			const { uid, gid } = statSync(folder.path);
			chownSync(small, uid, gid);
			const url = `postgres://godwit@127.0.0.1:${server.port}/postgres`;
			await using client = await otherClient(url);
			await client.query(`CREATE TABLESPACE small LOCATION '${small}'`);
			const source = memorySource({
				"1_a.up.sql": "CREATE TABLE a ();",
				"2_b.up.sql":
					"CREATE TABLE b ();\nCREATE TABLE large TABLESPACE small AS SELECT repeat('x', 1000) FROM generate_series(1, 100000);",
			});
			await using migrate = new Migrate({ source, driver: await postgres.open(url) });
			await expect(migrate.up()).rejects.toMatchObject({
				code: "ERR_MIGRATION_FAILED",
				message: expect.stringMatching(
					/^2_b\.up\.sql:2:1: could not extend file .+: No space left on device; .+; free some space on the server's disk\nrolled back; the database is at version 1 and not dirty$/s,
				),
				cause: { details: { resultCode: "53100" } },
			});
			expect((await client.query("SELECT to_regclass('b') AS b")).rows).toEqual([{ b: null }]);
			await client.query("DROP TABLESPACE small");
		} finally {
			await server.stop();
			execFileSync("umount", [small]);
		}
	},
	HOURS,
);
