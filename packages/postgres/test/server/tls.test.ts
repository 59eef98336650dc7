import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { type Certificates, makeCertificates } from "../fixtures/certificates.ts";
import { otherClient } from "../fixtures/postgres-harness.ts";
import { type PostgresServer, startPostgres } from "../fixtures/postgres-server.ts";

const PASSWORD = "s3cRet";

let certificates: Certificates;
let server: PostgresServer;
let other: pg.Client;

beforeAll(async () => {
	certificates = makeCertificates();
	const { certificate, key } = certificates.server;
	server = await startPostgres(["ssl=on", "ssl_cert_file=tls.crt", "ssl_key_file=tls.key"], {
		files: { "tls.crt": certificate, "tls.key": key },
		access: [
			"hostssl all encrypted 127.0.0.1/32 trust",
			"host all encrypted 127.0.0.1/32 reject",
			"hostnossl all plain 127.0.0.1/32 trust",
			"host all plain 127.0.0.1/32 reject",
			"hostssl all bound 127.0.0.1/32 scram-sha-256",
		],
	});
	other = await otherClient(`${server.url}/postgres`);
	await other.query(
		`CREATE ROLE encrypted LOGIN; CREATE ROLE plain LOGIN; CREATE ROLE bound LOGIN PASSWORD '${PASSWORD}'`,
	);
});

afterAll(async () => {
	await other.end();
	await server[Symbol.asyncDispose]();
	certificates[Symbol.dispose]();
});

/** Connects, and says whether it is encrypted, as the server sees it. */
async function encrypted(query: string, { host = "127.0.0.1", user = "godwit" } = {}): Promise<boolean> {
	const url = `postgres://${user}@${host}:${server.port}/postgres?application_name=tls&${query}`;
	await using driver = await postgres.open(url);
	await driver.version();
	const { rows } = await other.query(
		"SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'tls' ORDER BY backend_start DESC LIMIT 1",
	);
	return rows[0].ssl;
}

describe("a connection to a server with TLS", () => {
	it.each([
		["", true],
		["sslmode=disable", false],
		["sslmode=allow", false],
		["sslmode=prefer", true],
		["sslmode=require", true],
	])("with %s is encrypted: %s", async (query, expected) => {
		expect(await encrypted(query)).toBe(expected);
	});

	it("is made with the authority of the server's certificate, and with verify-full under its name alone", async () => {
		const root = `sslrootcert=${certificates.authority}`;
		expect(await encrypted(`sslmode=require&${root}`)).toBe(true);
		expect(await encrypted(`sslmode=verify-ca&${root}`)).toBe(true);
		expect(await encrypted(`sslmode=verify-full&${root}`, { host: "localhost" })).toBe(true);
		await expect(encrypted(`sslmode=verify-full&${root}`)).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/altnames.*; name the host as the server's certificate does/),
			details: { resultCode: "ERR_TLS_CERT_ALTNAME_INVALID" },
		});
	});

	it.each(["require", "verify-ca", "verify-full"])("is not made with %s and another authority", async (mode) => {
		const query = `sslmode=${mode}&sslrootcert=${certificates.otherAuthority}`;
		await expect(encrypted(query, { host: "localhost" })).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining("not signed by the authority of sslrootcert"),
		});
	});

	it("says what to do where the server takes a user with TLS alone", async () => {
		await expect(encrypted("sslmode=disable", { user: "encrypted" })).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/no encryption; .*sslmode=require/),
		});
		for (const mode of ["allow", "prefer", "require"]) {
			expect(await encrypted(`sslmode=${mode}`, { user: "encrypted" })).toBe(true);
		}
	});

	it("is made without it where the server takes a user so alone, and sslmode permits that", async () => {
		expect(await encrypted("sslmode=prefer", { user: "plain" })).toBe(false);
		await expect(encrypted("sslmode=require", { user: "plain" })).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/SSL encryption; check the user .* pg_hba.conf/),
		});
	});
});

describe("channel_binding", () => {
	it.each(["disable", "prefer"])("%s connects with a password over TLS", async (binding) => {
		const query = `sslmode=require&channel_binding=${binding}`;
		expect(await encrypted(query, { user: `bound:${PASSWORD}` })).toBe(true);
	});

	it("require is refused, since pg does not hold a server to it", async () => {
		await expect(
			encrypted("sslmode=require&channel_binding=require", { user: `bound:${PASSWORD}` }),
		).rejects.toMatchObject({
			code: "ERR_INVALID_OPTION",
			message: expect.stringMatching(/^channel_binding=require .*sslmode=verify-full/),
		});
	});
});
