import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { MigrateError } from "@godwit/core";
import type { ConnectionUrl } from "../url/connection-url.ts";
import type { SslMode } from "../url/libpq-parameters.ts";

/** One way to connect: without TLS, or with it. */
export type Tls = false | ConnectionOptions;

/**
 * The ways to connect in the order in which libpq tries them.
 *
 * `require` encrypts, and looks at no certificate unless `sslrootcert` is given, as libpq has it; `pg` itself would check the
 * certificate and the name.
 *
 * @throws MigrateError `ERR_INVALID_OPTION` for a file that cannot be read, for `verify-*` without `sslrootcert`, and for `sslrootcert=system` with a
 * weaker mode than `verify-full`, which is its default.
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export function tlsOf({ parameters }: ConnectionUrl, host: string): readonly Tls[] {
	const trustsSystem = parameters.sslrootcert === "system";
	const mode = (parameters.sslmode ?? (trustsSystem ? "verify-full" : "prefer")) as SslMode;
	if (trustsSystem && mode !== "verify-full") {
		const message = `sslrootcert=system with sslmode=${mode} would trust everybody who has a certificate of any name; use sslmode=verify-full, or leave sslmode out`;
		throw new MigrateError("ERR_INVALID_OPTION", message, { option: "sslmode", value: mode });
	}
	// A socket of the same machine is never encrypted.
	if (mode === "disable" || host.startsWith("/")) return [false];
	const encrypted = withCertificates(parameters, mode, host);
	if (mode === "prefer") return [encrypted, false];
	return mode === "allow" ? [false, encrypted] : [encrypted];
}

function withCertificates(parameters: ConnectionUrl["parameters"], mode: SslMode, host: string): ConnectionOptions {
	const { sslrootcert, sslcert, sslkey, sslpassword } = parameters;
	if (sslrootcert === undefined && mode.startsWith("verify-")) {
		const message = `sslmode=${mode} needs sslrootcert=FILE with the certificate of the authority, or sslrootcert=system for those that Node.js trusts`;
		throw new MigrateError("ERR_INVALID_OPTION", message, { option: "sslrootcert" });
	}
	const checksChain = sslrootcert !== undefined && mode !== "prefer" && mode !== "allow";
	const checksName = mode === "verify-full";
	return {
		rejectUnauthorized: checksChain,
		...(!checksName && { checkServerIdentity: () => undefined }),
		...(checksName && { servername: host }),
		...(checksChain && sslrootcert !== "system" && { ca: read("sslrootcert", sslrootcert) }),
		...(sslcert !== undefined && { cert: read("sslcert", sslcert) }),
		...(sslkey !== undefined && { key: read("sslkey", sslkey) }),
		...(sslpassword !== undefined && { passphrase: sslpassword }),
	};
}

function read(option: string, file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new MigrateError(
			"ERR_INVALID_OPTION",
			`${option}=${file} cannot be read: ${why}`,
			{ option, value: file },
			{ cause },
		);
	}
}
