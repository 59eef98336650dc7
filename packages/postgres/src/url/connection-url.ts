import { invalidUrl } from "@godwit/core";
import { decode } from "./decode.ts";
import type { Parameter } from "./libpq-parameters.ts";
import type { PostgresConfig } from "./postgres-config.ts";
import { readQuery } from "./read-query.ts";

export interface Host {
	/** A name, an address, or the folder of a socket. */
	readonly host: string;
	readonly port: number;
}

/** What a database URL says. */
export interface ConnectionUrl {
	/** In the order in which they are tried; at least one. */
	readonly hosts: readonly Host[];
	readonly user: string | undefined;
	readonly password: string | undefined;
	/** The database; that of the user's name when it is missing. */
	readonly database: string | undefined;
	/** The URL's path with its slash, from which golang-migrate makes the key of its lock; `undefined` without one. */
	readonly path: string | undefined;
	/** libpq's other parameters. */
	readonly parameters: Readonly<Partial<Record<Parameter, string>>>;
	readonly config: PostgresConfig;
}

const DEFAULT_PORT = 5432;

const AUTHORITY = /^(?:([^:@/?]*)(?::([^@/?]*))?@)?([^@/?]*)$/;

const LATE_AT =
	"the database URL has an @ behind the host; write it as %40. When it is the one before the host, the user or the password has a /, ? or # in it; write those as %2F, %3F and %23";

/**
 * Reads `postgres://user:password@host:port,host:port/database?parameter=value` as libpq does, and the options that begin with
 * `x-`. Nothing is taken from the environment. An `@` behind the hosts is refused, so that no part of a password that is not
 * encoded is taken for something that later messages show.
 *
 * @throws MigrateError `ERR_INVALID_URL`, `ERR_INVALID_OPTION`. It shows neither user nor password, nor what may be a part of them.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function parseConnectionUrl(url: string): ConnectionUrl {
	const [, authority, encodedPath, query = ""] = /^[^:]+:\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/s.exec(url) ?? [];
	if (authority === undefined) {
		throw invalidUrl(
			"a database URL is written postgres://host:5432/database, with user:password@ before the host; write a # in it as %23",
		);
	}
	if (url.lastIndexOf("@") > url.indexOf("://") + "://".length + authority.length) throw invalidUrl(LATE_AT);
	const [, user, password, hostList] = AUTHORITY.exec(authority) ?? [];
	if (hostList === undefined) {
		throw invalidUrl(
			"the user or the password in the database URL has an @, : or / in it; write those as %40, %3A and %2F",
		);
	}
	const { parameters, config } = readQuery(query);
	const { host, port, user: userGiven, password: passwordGiven, dbname, ...others } = parameters;
	const path = encodedPath === undefined ? undefined : decode(encodedPath);
	return {
		hosts: hostsOf(hostList, host, port),
		// What is empty is as missing, for libpq too.
		user: userGiven || decoded(user),
		password: passwordGiven || decoded(password),
		database: dbname || path?.slice(1) || undefined,
		path,
		parameters: others,
		config,
	};
}

/** @param given The parameter `host`, which stands for the hosts of the URL. */
function hostsOf(list: string, given: string | undefined, ports: string | undefined): readonly Host[] {
	const entries = (given ?? list).split(",");
	const portList = ports?.split(",") ?? [];
	if (portList.length > 1 && portList.length !== entries.length) {
		throw invalidUrl(`the database URL has ${entries.length} hosts and ${portList.length} ports`);
	}
	return entries.map((entry, index) => {
		const [, bracketed, plain, own] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(entry) ?? [];
		const isFolder = given !== undefined && entry.startsWith("/");
		const host = isFolder ? entry : decode(bracketed ?? plain ?? "");
		if (host === "") {
			throw invalidUrl(
				"the database URL names no host; write postgres://localhost/database, or name the folder of the server's socket as ?host=/run/postgresql",
			);
		}
		const written = portList[portList.length > 1 ? index : 0] ?? own;
		const port = written === undefined || written === "" ? DEFAULT_PORT : Number(written);
		// What stands there can be a password before a host that is missing.
		if (!(Number.isInteger(port) && port > 0 && port < 65_536)) {
			throw invalidUrl("the port in the database URL is no number from 1 to 65535");
		}
		return { host, port };
	});
}

function decoded(text: string | undefined): string | undefined {
	return text === undefined || text === "" ? undefined : decode(text);
}
