import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Tls, tlsOf } from "../../src/connection/tls.ts";
import { parseConnectionUrl } from "../../src/url/connection-url.ts";

/** What is asked of the certificate, in each of the ways that are tried. */
function ways(query: string, host = "db.example"): readonly unknown[] {
	return tlsOf(parseConnectionUrl(`postgres://${host}/app?${query}`), host).map(described);
}

function described(tls: Tls): unknown {
	if (tls === false) return "plain";
	const { rejectUnauthorized, checkServerIdentity, servername, ca, cert, key, passphrase } = tls;
	return {
		chain: rejectUnauthorized,
		name: checkServerIdentity === undefined ? servername : "any",
		...(ca !== undefined && { ca }),
		...(cert !== undefined && { cert, key, passphrase }),
	};
}

function file(text: string): string {
	const folder = mkdtempSync(join(tmpdir(), "godwit-tls-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const path = join(folder, "file.pem");
	writeFileSync(path, text);
	return path;
}

describe("sslmode", () => {
	const anything = { chain: false, name: "any" };

	it.each([
		["", [anything, "plain"]],
		["sslmode=disable", ["plain"]],
		["sslmode=allow", ["plain", anything]],
		["sslmode=prefer", [anything, "plain"]],
		["sslmode=require", [anything]],
		["sslrootcert=system", [{ chain: true, name: "db.example" }]],
		["sslmode=verify-full&sslrootcert=system", [{ chain: true, name: "db.example" }]],
	])("%s means what it means to libpq", (query, expected) => {
		expect(ways(query)).toEqual(expected);
	});

	it.each(["disable", "allow", "prefer", "require", "verify-ca"])(
		"%s is refused beside sslrootcert=system, as by libpq",
		(mode) => {
			expect(() => ways(`sslmode=${mode}&sslrootcert=system`)).toThrow(
				expect.objectContaining({ code: "ERR_INVALID_OPTION", details: { option: "sslmode", value: mode } }),
			);
		},
	);

	it("looks at the chain when an authority is named, and at the name with verify-full alone", () => {
		const authority = file("authority");
		expect(ways(`sslmode=require&sslrootcert=${authority}`)).toEqual([{ chain: true, name: "any", ca: "authority" }]);
		expect(ways(`sslmode=verify-ca&sslrootcert=${authority}`)).toEqual([{ chain: true, name: "any", ca: "authority" }]);
		expect(ways(`sslmode=verify-full&sslrootcert=${authority}`)).toEqual([
			{ chain: true, name: "db.example", ca: "authority" },
		]);
	});

	it("shows the client's own certificate", () => {
		const [cert, key] = [file("certificate"), file("key")];
		expect(ways(`sslmode=require&sslcert=${cert}&sslkey=${key}&sslpassword=word`)).toEqual([
			{ ...anything, cert: "certificate", key: "key", passphrase: "word" },
		]);
	});

	it("does not matter for a socket of the same machine", () => {
		const url = parseConnectionUrl("postgres:///app?host=/run/postgresql&sslmode=require");
		expect(tlsOf(url, "/run/postgresql")).toEqual([false]);
	});

	it.each(["verify-ca", "verify-full"])("%s needs an authority", (mode) => {
		expect(() => ways(`sslmode=${mode}`)).toThrow(`sslmode=${mode} needs sslrootcert=FILE`);
	});

	it("names a file that cannot be read", () => {
		expect(() => ways("sslmode=verify-ca&sslrootcert=/not/there.pem")).toThrow(
			/^sslrootcert=\/not\/there\.pem cannot be read: ENOENT/,
		);
	});
});
