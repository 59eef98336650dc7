import { controlCharacter, invalidUrl, MigrateError, nearestName } from "@godwit/core";
import {
	CHANNEL_BINDINGS,
	isLibpqParameter,
	PARAMETERS,
	type Parameter,
	SSL_MODES,
	TARGETS,
} from "./libpq-parameters.ts";
import { type PostgresConfig, parseConfig } from "./postgres-config.ts";

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

/**
 * Reads `postgres://user:password@host:port,host:port/database?parameter=value` as libpq does, and the options that begin with
 * `x-`. Nothing is taken from the environment.
 *
 * @throws MigrateError `ERR_INVALID_URL`, `ERR_INVALID_OPTION`. The message shows neither user nor password.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function parseConnectionUrl(url: string): ConnectionUrl {
	const [, authority, encodedPath, query = ""] = /^[^:]+:\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/s.exec(url) ?? [];
	if (authority === undefined)
		throw invalidUrl("a database URL is written postgres://user:password@host:5432/database");
	const [, user, password, hostList] = AUTHORITY.exec(authority) ?? [];
	if (hostList === undefined) {
		throw invalidUrl(
			"the user or the password in the database URL has an @, : or / in it; write those as %40, %3A and %2F",
		);
	}
	const { parameters, options } = readParameters(query);
	const { host, port, user: userGiven, password: passwordGiven, dbname, ...others } = parameters;
	const path = encodedPath === undefined ? undefined : decode(encodedPath);
	return {
		hosts: hostsOf(hostList, host, port),
		user: userGiven ?? decoded(user),
		password: passwordGiven ?? decoded(password),
		database: dbname ?? (path === undefined || path === "/" ? undefined : path.slice(1)),
		path,
		parameters: others,
		config: parseConfig(options),
	};
}

interface GivenParameters {
	readonly parameters: Readonly<Partial<Record<Parameter, string>>>;
	readonly options: readonly (readonly [string, string])[];
}

function readParameters(query: string): GivenParameters {
	const parameters: Partial<Record<Parameter, string>> = {};
	const options: (readonly [string, string])[] = [];
	for (const part of query.split("&").filter((text) => text !== "")) {
		const equals = part.indexOf("=");
		if (equals === -1) throw invalidUrl(`the parameter ${part} in the database URL has no value; write ${part}=VALUE`);
		// Unlike a form, libpq takes a plus sign as it is.
		const [name, value] = [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
		if (name.startsWith("x-")) options.push([name, value]);
		else parameters[assertParameter(name, value, parameters)] = value;
	}
	return { parameters, options };
}

/** Of the parameters that take one of a few values. */
const VALUES: Readonly<Partial<Record<Parameter, readonly string[]>>> = {
	sslmode: SSL_MODES,
	channel_binding: CHANNEL_BINDINGS,
	target_session_attrs: TARGETS,
};

function assertParameter(name: string, value: string, given: Readonly<Partial<Record<Parameter, string>>>): Parameter {
	if (!isLibpqParameter(name)) {
		const message = `there is no parameter ${name}; ${hintFor(name, value)}`;
		throw new MigrateError("ERR_INVALID_OPTION", message, { option: name });
	}
	if (name in given) {
		throw new MigrateError("ERR_INVALID_OPTION", `the parameter ${name} is given twice`, { option: name });
	}
	if (name === "channel_binding" && value === "require") {
		const message =
			"channel_binding=require cannot be kept: pg gives its password to a server that asks for it another way; use sslmode=verify-full, which lets nobody stand in the middle";
		throw new MigrateError("ERR_INVALID_OPTION", message, { option: name, value });
	}
	const known = VALUES[name];
	if (known !== undefined && !known.includes(value)) {
		const message = `${name}=${value} cannot be read: it takes ${known.join(", ")}`;
		throw new MigrateError("ERR_INVALID_OPTION", message, { option: name, value });
	}
	if (name === "client_encoding" && !/^utf-?8$|^auto$/i.test(value)) {
		const message = `client_encoding=${value} cannot be used: migrations are UTF-8; leave it out`;
		throw new MigrateError("ERR_INVALID_OPTION", message, { option: name, value });
	}
	return name;
}

/** golang-migrate's driver takes settings of the session as parameters, libpq in `options`, where a backslash goes before a space. */
function hintFor(name: string, value: string): string {
	if (name === "search_path") {
		return `write options=${encodeURIComponent(`-csearch_path=${value.replace(/[\\\s]/g, "\\$&")}`)}`;
	}
	const nearest = nearestName(name, PARAMETERS);
	return nearest === undefined ? `known are ${PARAMETERS.join(", ")}` : `did you mean ${nearest}?`;
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
		if (!(Number.isInteger(port) && port > 0 && port < 65_536))
			throw invalidUrl(`${written} in the database URL is no port`);
		return { host, port };
	});
}

function decoded(text: string | undefined): string | undefined {
	return text === undefined || text === "" ? undefined : decode(text);
}

function decode(text: string): string {
	let plain: string;
	try {
		plain = decodeURIComponent(text);
	} catch (cause) {
		const reason = "the database URL has a % that begins no percent-encoding; write a literal % as %25";
		throw invalidUrl(reason, { cause });
	}
	const control = controlCharacter(plain);
	if (control !== undefined) throw invalidUrl("the database URL has a control character, written with a %");
	return plain;
}
