import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { otherClient } from "../../packages/postgres/test/fixtures/postgres-harness.ts";
import { type PostgresServer, startPostgres } from "../../packages/postgres/test/fixtures/postgres-server.ts";
import { assertKeepsLaws } from "./assert-keeps-laws.ts";
import { NPM_SERVER, SERVER_KINDS } from "./postgres-servers.ts";
import { describeRestrictedDeno } from "./restricted-deno.ts";
import { BUN, DENO, RUNTIMES } from "./runtimes.ts";

/** With GODWIT_SLICE it is Bun and Deno alone, on the server of npm, and Deno on PGlite. */
const slice = Boolean(process.env.GODWIT_SLICE);
const runtimes = slice ? RUNTIMES.filter((runtime) => runtime === BUN || runtime === DENO) : RUNTIMES;
const kinds = (slice ? [NPM_SERVER] : SERVER_KINDS).filter(({ missing }) => missing === undefined);

describe.each(kinds)("on $name", (kind) => {
	let server: PostgresServer;

	beforeAll(async () => {
		server = await startPostgres([], { programs: kind.programs });
		// GODWIT_POSTGRES_PROGRAMS would put another one in the place of npm's.
		expect(await nameOf(server.url)).toBe(kind.name);
	});

	afterAll(() => server[Symbol.asyncDispose]());

	it.each(runtimes)("$name keeps the laws of postgres", (runtime) => assertKeepsLaws(runtime, "postgres", server.url));

	if (kind === NPM_SERVER && !slice) {
		describeRestrictedDeno("postgres", { database: () => newDatabase(server.url), server: () => server.url });
	}
});

describe("on PGlite", () => {
	it.each(slice ? [DENO] : runtimes)("$name keeps the laws of pglite", (runtime) => assertKeepsLaws(runtime, "pglite"));

	if (!slice) describeRestrictedDeno("pglite", { database: () => "pglite://app" });
});

async function nameOf(server: string): Promise<string> {
	const client = await otherClient(`${server}/postgres`);
	const { rows } = await client.query(
		"SELECT 'PostgreSQL ' || current_setting('server_version_num')::int / 10000 AS name",
	);
	await client.end();
	return String(rows[0].name);
}

let databases = 0;

/** Makes a database that nothing is in. @returns Its URL. */
async function newDatabase(server: string): Promise<string> {
	const name = `least_${++databases}`;
	const client = await otherClient(`${server}/postgres`);
	await client.query(`CREATE DATABASE ${name}`);
	await client.end();
	return `${server}/${name}`;
}
