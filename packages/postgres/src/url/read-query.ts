import { invalidUrl, isMigrateError, MigrateError, nearestName } from "@godwit/core";
import { decode } from "./decode.ts";
import {
	CHANNEL_BINDINGS,
	isLibpqParameter,
	PARAMETERS,
	type Parameter,
	SSL_MODES,
	TARGETS,
} from "./libpq-parameters.ts";
import { type PostgresConfig, parseConfig } from "./postgres-config.ts";

type Parameters = Readonly<Partial<Record<Parameter, string>>>;

export interface Query {
	readonly parameters: Parameters;
	readonly config: PostgresConfig;
}

/** The `value` is `undefined` without an equals sign. */
interface Pair {
	readonly name: string;
	readonly value: string | undefined;
}

/**
 * Reads what stands behind the question mark of a database URL: libpq's parameters, and the options that begin with `x-`.
 *
 * @throws MigrateError `ERR_INVALID_URL`, `ERR_INVALID_OPTION`. It shows no value of a parameter that may be a secret.
 */
export function readQuery(query: string): Query {
	const pairs = query
		.split("&")
		.filter((text) => text !== "")
		.map(pairOf);
	try {
		return queryOf(pairs);
	} catch (error) {
		if (!isMigrateError(error) || !pairs.some(({ name }) => SECRET.has(name))) throw error;
		// An & in a password makes parameters of its rest. What was thrown names them, so it is no cause either.
		throw invalidUrl(BESIDE_PASSWORD);
	}
}

const SECRET: ReadonlySet<string> = new Set<Parameter>(["password", "sslpassword"]);

const BESIDE_PASSWORD =
	"a parameter of the database URL cannot be used, and is not shown, since it may be a part of the password beside it; write an & in a password as %26. To see the parameter, take the password out of the query";

function pairOf(text: string): Pair {
	const equals = text.indexOf("=");
	if (equals === -1) return { name: decode(text), value: undefined };
	// Unlike a form, libpq takes a plus sign as it is.
	return { name: decode(text.slice(0, equals)), value: decode(text.slice(equals + 1)) };
}

function queryOf(pairs: readonly Pair[]): Query {
	const parameters: Partial<Record<Parameter, string>> = {};
	const options: (readonly [string, string])[] = [];
	for (const { name, value } of pairs) {
		if (value === undefined) {
			throw invalidUrl(`the parameter ${name} in the database URL has no value; write ${name}=VALUE`);
		}
		if (name.startsWith("x-")) options.push([name, value]);
		else parameters[assertParameter(name, value, parameters)] = value;
	}
	return { parameters, config: parseConfig(options) };
}

/** Of the parameters that take one of a few values. */
const VALUES: Readonly<Partial<Record<Parameter, readonly string[]>>> = {
	sslmode: SSL_MODES,
	channel_binding: CHANNEL_BINDINGS,
	target_session_attrs: TARGETS,
};

function assertParameter(name: string, value: string, given: Parameters): Parameter {
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
	if (name === "connect_timeout" && !isInteger(value)) {
		const message = `connect_timeout=${value} cannot be read: it takes a whole number of seconds; 0 waits for ever`;
		throw new MigrateError("ERR_INVALID_OPTION", message, { option: name, value });
	}
	if (name === "client_encoding" && !/^utf-?8$|^auto$/i.test(value)) {
		const message = `client_encoding=${value} cannot be used: migrations are UTF-8; leave it out`;
		throw new MigrateError("ERR_INVALID_OPTION", message, { option: name, value });
	}
	return name;
}

/** As libpq reads one: in 32 bits, with spaces around it. */
function isInteger(text: string): boolean {
	return /^\s*[+-]?\d+\s*$/.test(text) && (Number(text) | 0) === Number(text);
}

/** golang-migrate's driver takes settings of the session as parameters, libpq in `options`, where a backslash goes before a space. */
function hintFor(name: string, value: string): string {
	if (name === "search_path") {
		return `write options=${encodeURIComponent(`-csearch_path=${value.replace(/[\\\s]/g, "\\$&")}`)}`;
	}
	const nearest = nearestName(name, PARAMETERS);
	return nearest === undefined ? `known are ${PARAMETERS.join(", ")}` : `did you mean ${nearest}?`;
}
