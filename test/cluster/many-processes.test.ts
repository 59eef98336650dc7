import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { otherClient } from "../../packages/postgres/test/fixtures/postgres-harness.ts";
import { godwitCommand } from "../reference/postgres-tools.ts";
import { serverFolder } from "./debian-server.ts";
import { startPgBouncer } from "./pgbouncer.ts";

const PROCESSES = Number(process.env.GODWIT_PROCESSES ?? 16);
const MIGRATIONS = 50;
const HOURS = 3_600_000;

it.each(["the server itself", "PgBouncer in transaction mode"])(
	`${PROCESSES} processes that start at once run each of ${MIGRATIONS} migrations once: %s`,
	async (through) => {
		const migrations = mkdtempSync(join(tmpdir(), "godwit-many-"));
		onTestFinished(() => rmSync(migrations, { recursive: true }));
		for (let version = 1; version <= MIGRATIONS; version++) {
			writeFileSync(join(migrations, `${version}_m.up.sql`), `INSERT INTO ran VALUES (${version});`);
		}
		await using folder = serverFolder();
		const server = await folder.primary();
		await using bouncer = await startPgBouncer(folder.path, server.port);
		const port = through === "the server itself" ? server.port : bouncer.port;
		await using client = await otherClient(`postgres://godwit@127.0.0.1:${server.port}/postgres`);
		await client.query("CREATE TABLE ran (version int)");
		const url = `postgres://godwit@127.0.0.1:${port}/postgres?sslmode=disable&x-lock-timeout=30m`;
		const run = godwitCommand(migrations);
		const ends = await Promise.all(Array.from({ length: PROCESSES }, () => run(url, "up")));
		expect(ends.filter(({ code }) => code !== 0)).toEqual([]);
		const { rows } = await client.query("SELECT version FROM ran ORDER BY version");
		expect(rows.map(({ version }) => version)).toEqual(Array.from({ length: MIGRATIONS }, (_, index) => index + 1));
		const told = ends.filter(({ stderr }) => stderr.includes("goes through a pooler"));
		if (through === "the server itself") expect(told).toEqual([]);
		else expect(told.length).toBeGreaterThan(0);
	},
	HOURS,
);
