import type { Driver, DriverFactory } from "./driver/driver.ts";
import { MigrateError } from "./migrate-error.ts";
import { nearestName } from "./nearest-name.ts";
import type { Source, SourceFactory } from "./source/source.ts";

const drivers = new Map<string, DriverFactory>();
const sources = new Map<string, SourceFactory>();

/**
 * Makes a driver available under a URL scheme. Go: database.Register.
 *
 * @param name The scheme without `:`, as RFC 3986 allows it; letters in lower case.
 * @throws MigrateError `ERR_DUPLICATE_DRIVER` when the name is taken.
 */
export function register(name: string, factory: DriverFactory): void {
	assertSchemeName(name);
	if (drivers.has(name)) {
		throw new MigrateError("ERR_DUPLICATE_DRIVER", `a driver named "${name}" is registered already`, { name });
	}
	drivers.set(name, factory);
}

/**
 * Makes a source available under a URL scheme. Go: source.Register.
 *
 * @throws MigrateError `ERR_DUPLICATE_SOURCE` when the name is taken.
 */
export function registerSource(name: string, factory: SourceFactory): void {
	assertSchemeName(name);
	if (sources.has(name)) {
		throw new MigrateError("ERR_DUPLICATE_SOURCE", `a source named "${name}" is registered already`, { name });
	}
	sources.set(name, factory);
}

/** Lists the registered driver schemes in alphabetical order. Go: database.List. */
export function registeredDrivers(): readonly string[] {
	return [...drivers.keys()].sort();
}

/** Lists the registered source schemes in alphabetical order. Go: source.List. */
export function registeredSources(): readonly string[] {
	return [...sources.keys()].sort();
}

/**
 * Opens a database by URL with the driver that its scheme names. Go: database.Open.
 *
 * @throws MigrateError `ERR_INVALID_URL`, `ERR_UNKNOWN_DRIVER` and whatever the driver's `open` throws.
 */
export async function openDriver(url: string): Promise<Driver> {
	return driverFactory(url).open(url);
}

/**
 * Clears locks that a person knows to be left behind; see `DriverFactory.breakLocks`.
 *
 * @throws MigrateError `ERR_UNSUPPORTED` when the driver's locks need no clearing, and as `openDriver`.
 */
export async function breakLocks(url: string, confirm: (holder: string) => Promise<boolean>): Promise<number> {
	const factory = driverFactory(url);
	if (factory.breakLocks === undefined) {
		const message = "this driver keeps no lock that could be left behind";
		throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "breakLocks" });
	}
	return factory.breakLocks(url, confirm);
}

/**
 * Opens a source by URL with the source that its scheme names. Go: source.Open.
 *
 * @throws MigrateError `ERR_INVALID_URL`, `ERR_UNKNOWN_SOURCE` and whatever the source's `open` throws.
 */
export async function openSource(url: string): Promise<Source> {
	const scheme = schemeOf(url, "source");
	const factory = sources.get(scheme);
	if (factory === undefined) {
		const known = registeredSources();
		const message = unknownScheme("source", "registerSource", scheme, known);
		throw new MigrateError("ERR_UNKNOWN_SOURCE", message, { scheme, known });
	}
	return factory.open(url);
}

function driverFactory(url: string): DriverFactory {
	const scheme = schemeOf(url, "database");
	const factory = drivers.get(scheme);
	if (factory !== undefined) return factory;
	const known = registeredDrivers();
	throw new MigrateError("ERR_UNKNOWN_DRIVER", unknownScheme("driver", "register", scheme, known), { scheme, known });
}

/** As golang-migrate: the text before the first colon, so that the rest need not be a valid URL. */
function schemeOf(url: string, kind: "database" | "source"): string {
	if (url === "") throw invalidUrl(`the ${kind} URL is empty`);
	const scheme = url.slice(0, Math.max(url.indexOf(":"), 0)).toLowerCase();
	// What is no scheme is not shown: in a connection string of another form it can be a password.
	if (!SCHEME.test(scheme)) throw invalidUrl(`the ${kind} URL has no scheme; write it as scheme://...`);
	return scheme;
}

function invalidUrl(reason: string): MigrateError<"ERR_INVALID_URL"> {
	return new MigrateError("ERR_INVALID_URL", reason, { reason });
}

function unknownScheme(kind: string, registerName: string, scheme: string, known: readonly string[]): string {
	const nearest = nearestName(scheme, known);
	const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
	const list = known.length === 0 ? "none is registered" : `known are ${known.join(", ")}`;
	return `no ${kind} for the scheme "${scheme}"${hint} (${list}; add one with ${registerName}("${scheme}", factory))`;
}

/** In lower case, see https://datatracker.ietf.org/doc/html/rfc3986#section-3.1 */
const SCHEME = /^[a-z][a-z0-9+.-]*$/;

function assertSchemeName(name: string): void {
	if (!SCHEME.test(name)) {
		throw new TypeError(`"${name}" is not a URL scheme: lower-case letters, digits, "+", "." and "-"`);
	}
}
